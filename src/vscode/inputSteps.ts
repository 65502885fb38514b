import * as vscode from 'vscode';

/** The user wants the step before. */
export const back = Symbol('back');

interface Step {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly placeholder?: string;
}

/** What is wrong with an input. A `warning` can be overruled with a second Enter. */
export interface Objection {
  readonly severity: 'error' | 'warning';
  readonly message: string;
}

interface TextStep extends Step {
  readonly prompt: string;
  readonly value?: string;
  readonly password?: boolean;
  /** Looks at what was entered, however long that takes: the user can change it or leave meanwhile, which aborts. */
  readonly check: (text: string, signal: AbortSignal) => Promise<Objection | undefined>;
}

/** Asks for a text until the check has nothing against it, or the user insists. Undefined when the user leaves. */
export async function askText(step: TextStep): Promise<string | typeof back | undefined> {
  const box = vscode.window.createInputBox();
  let checking = new AbortController();
  let overruled: string | undefined;
  Object.assign(box, {
    ...framed(step),
    prompt: step.prompt,
    value: step.value ?? '',
    password: step.password ?? false,
  });

  const accepts = async (text: string): Promise<boolean> => {
    if (text === overruled) return true;
    checking.abort();
    const { signal } = (checking = new AbortController());
    box.busy = true;
    try {
      const objection = await step.check(text, signal);
      if (signal.aborted) return false;
      if (!objection) return true;
      if (objection.severity === 'warning') overruled = text;
      box.validationMessage = inWords(objection);
      return false;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    } finally {
      if (!signal.aborted) box.busy = false;
    }
  };

  try {
    return await new Promise((resolve, reject) => {
      box.onDidTriggerButton(() => resolve(back));
      box.onDidHide(() => resolve(undefined));
      box.onDidChangeValue(() => {
        checking.abort();
        box.busy = false;
        overruled = undefined;
        box.validationMessage = undefined;
      });
      box.onDidAccept(() => {
        const text = box.value.trim();
        accepts(text).then((accepted) => {
          if (accepted) resolve(text);
        }, reject);
      });
      box.show();
    });
  } finally {
    checking.abort();
    box.dispose();
  }
}

/** Asks for one of several. Undefined when the user leaves. */
export async function askPick<T extends vscode.QuickPickItem>(
  step: Step & { readonly items: readonly T[]; readonly active?: T | undefined },
): Promise<T | typeof back | undefined> {
  const pick = vscode.window.createQuickPick<T>();
  Object.assign(pick, { ...framed(step), items: step.items, matchOnDescription: true });
  if (step.active) pick.activeItems = [step.active];
  try {
    return await new Promise((resolve) => {
      pick.onDidTriggerButton(() => resolve(back));
      pick.onDidHide(() => resolve(undefined));
      pick.onDidAccept(() => {
        const [chosen] = pick.selectedItems;
        if (chosen) resolve(chosen);
      });
      pick.show();
    });
  } finally {
    pick.dispose();
  }
}

/** What a question and a pick have in common. */
function framed({ title, step, totalSteps, placeholder }: Step) {
  return {
    title,
    step,
    totalSteps,
    placeholder,
    ignoreFocusOut: true,
    buttons: step > 1 ? [vscode.QuickInputButtons.Back] : [],
  };
}

function inWords({ severity, message }: Objection): vscode.InputBoxValidationMessage {
  return severity === 'error'
    ? { severity: vscode.InputBoxValidationSeverity.Error, message }
    : {
        severity: vscode.InputBoxValidationSeverity.Warning,
        message: vscode.l10n.t('{0} Press Enter again to keep it all the same.', message),
      };
}
