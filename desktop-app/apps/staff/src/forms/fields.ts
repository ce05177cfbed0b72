/** Text fields of one form: gives each its value and what to do on a change. */
export function fieldsOf<T extends object>(value: T, change: (value: T) => void) {
  return <K extends keyof T & string>(name: K) => ({
    value: value[name] as string,
    onChange: (event: { currentTarget: { value: string } }) => change({ ...value, [name]: event.currentTarget.value }),
  });
}
