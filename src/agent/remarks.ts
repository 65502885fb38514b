/** What the model is told beyond what it reads, each in brackets on a line of its own. */
export function withRemarks(text: string, ...remarks: readonly (string | undefined)[]): string {
  return [text, ...remarks.flatMap((remark) => (remark === undefined ? [] : `[${remark}]`))].join('\n');
}
