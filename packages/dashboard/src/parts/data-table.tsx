/** Rows under headings; where there is no room for columns, each row stands as a list of its own with the headings before the values. */
import type { ReactNode } from "react";

export interface Column<R> {
  title: string;
  /** The heading is for screen readers alone: of buttons. */
  isTitleHidden?: boolean;
  className?: string;
  cell(row: R): ReactNode;
}

export interface DataTableProps<R> {
  /** What is listed, for screen readers. */
  label: string;
  /** The first one names the row. */
  columns: readonly Column<R>[];
  rows: readonly R[];
  keyOf(row: R): string;
}

const cellClass =
  "lf:block lf:py-1 lf:@2xl:table-cell lf:@2xl:px-3 lf:@2xl:py-2 lf:@2xl:align-middle lf:min-w-0 lf:break-words";

/** One below the other, what is written on the first button begins where the text above it does. */
const actionsClass = "lf:[&_button:first-child]:-ms-3 lf:@2xl:[&_button:first-child]:ms-0";

/** Roles are said anew: as blocks, browsers no longer take it for a table. */
export function DataTable<R>({ label, columns, rows, keyOf }: DataTableProps<R>) {
  return (
    <div className="lf:@container lf:overflow-hidden lf:rounded-lg lf:border lf:border-line lf:bg-raised">
      <table role="table" aria-label={label} className="lf:block lf:w-full lf:text-start lf:@2xl:table">
        <thead role="rowgroup" className="lf:sr-only lf:@2xl:not-sr-only lf:@2xl:table-header-group lf:bg-surface">
          <tr role="row" className="lf:@2xl:table-row">
            {columns.map(({ title, isTitleHidden = false }) => (
              <th
                key={title}
                role="columnheader"
                scope="col"
                className="lf:px-3 lf:py-2 lf:text-start lf:text-xs lf:font-medium lf:text-muted lf:@4xl:whitespace-nowrap"
              >
                <span className={isTitleHidden ? "lf:sr-only" : ""}>{title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="lf:block lf:@2xl:table-row-group">
          {rows.map((row) => (
            <tr
              key={keyOf(row)}
              role="row"
              className="lf:block lf:border-t lf:border-line lf:px-3 lf:py-2 lf:first:border-t-0 lf:@2xl:table-row lf:@2xl:first:border-t"
            >
              {columns.map(({ title, isTitleHidden = false, className = "", cell }, at) =>
                at === 0 ? (
                  <th
                    key={title}
                    role="rowheader"
                    scope="row"
                    className={`${cellClass} lf:text-start lf:font-medium ${className}`}
                  >
                    {cell(row)}
                  </th>
                ) : (
                  <td
                    key={title}
                    role="cell"
                    className={`${cellClass} ${isTitleHidden ? actionsClass : ""} ${className}`}
                  >
                    {isTitleHidden ? null : (
                      <span aria-hidden className="lf:me-2 lf:text-xs lf:text-muted lf:@2xl:hidden">
                        {title}
                      </span>
                    )}
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
