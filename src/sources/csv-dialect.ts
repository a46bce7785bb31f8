import { CsvScanner } from './csv-scanner.ts';

const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The delimiter that divides every record of a file's beginning into the same number of fields, the most of them; a
 * file of one column has a comma. Without such a one, the delimiter that divides the header most.
 */
export function findDelimiter(head: Buffer): string {
  const complete = head.subarray(0, Math.max(head.lastIndexOf(0x0a), head.lastIndexOf(0x0d)) + 1);
  const beginning = complete.length > 0 ? complete : head;
  const widths = DELIMITERS.map((delimiter) => fieldsOf(beginning, delimiter));
  const regular = widths.map(({ header, isRegular }) => (isRegular ? header : 0));
  const best = Math.max(...regular) > 1 ? regular : widths.map(({ header }) => header);
  return DELIMITERS[best.indexOf(Math.max(...best))] as string;
}

function fieldsOf(
  head: Buffer,
  delimiter: string,
): { readonly header: number; readonly isRegular: boolean } {
  const scanner = new CsvScanner('', delimiter);
  try {
    scanner.feed(head);
    return { header: scanner.width, isRegular: true };
  } catch {
    // Ragged with this delimiter: only its header speaks for it.
    return { header: scanner.width, isRegular: false };
  }
}
