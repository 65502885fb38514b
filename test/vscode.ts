/** Stands in for 'vscode' in unit tests: the few values that files of src/vscode/ use outside a host. */
export const l10n = {
  t(message: string, ...values: readonly unknown[]): string {
    return message.replace(/\{(\d+)\}/g, (_, index: string) => String(values[Number(index)]));
  },
};
