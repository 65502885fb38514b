/** Stands in for 'vscode' in unit tests: the few values that files of src/vscode/ use outside a host. */
export const l10n = {
  t(message: string, ...values: readonly (string | number)[]): string {
    return message.replace(/\{(\d+)\}/g, (placeholder, index: string) => String(values[Number(index)] ?? placeholder));
  },
};

export const version = '1.105.0';

export const UIKind = { Desktop: 1, Web: 2 };

export const env = { language: 'en', appName: 'Visual Studio Code', remoteName: undefined, uiKind: UIKind.Desktop };

export const workspace = { isTrusted: true, workspaceFolders: undefined };

export const commands = {
  executeCommand: (): Promise<undefined> => Promise.resolve(undefined),
};

export const window = {
  showErrorMessage: (): Promise<undefined> => Promise.resolve(undefined),
};

export const Uri = {
  joinPath: ({ path }: { readonly path: string }, ...parts: readonly string[]) => {
    const joined = [path, ...parts].join('/');
    return { path: joined, toString: () => `file://${joined}` };
  },
};

interface Disposes {
  dispose(): void;
}

export const Disposable = {
  from: (...parts: readonly Disposes[]): Disposes => ({ dispose: () => parts.forEach((part) => part.dispose()) }),
};

export class EventEmitter<T> {
  private readonly listeners = new Set<(event: T) => unknown>();

  readonly event = (listener: (event: T) => unknown): Disposes => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(event: T): void {
    for (const listener of this.listeners) listener(event);
  }

  dispose(): void {
    this.listeners.clear();
  }
}
