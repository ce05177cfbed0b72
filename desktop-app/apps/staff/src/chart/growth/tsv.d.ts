/** A table as its text: the build takes it in. */
declare module '*.tsv?raw' {
  const text: string;
  export default text;
}
