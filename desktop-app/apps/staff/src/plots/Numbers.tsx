import { useLingui } from '@holdfast/i18n';
import { ScrollX } from '@holdfast/ui';
import type { ReactNode } from 'react';

/** The numbers of a plot, for who reads better than looks. Headings from the second on stand over numbers. */
export function Numbers({ name, headings, children }: { name: string; headings: string[]; children: ReactNode }) {
  const { i18n } = useLingui();
  return (
    <details className="numbers">
      <summary>{i18n.t('All values as a table')}</summary>
      <ScrollX label={name}>
        <table className="table">
          <caption className="unseen">{name}</caption>
          <thead>
            <tr>
              {headings.map((heading, index) => (
                <th key={heading} scope="col" className={index > 0 ? 'end' : undefined}>
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </ScrollX>
    </details>
  );
}
