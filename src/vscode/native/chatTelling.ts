import * as vscode from 'vscode';
import type { AgentEvent } from '../../agent/events';
import { visible } from '../../agent/hiddenCharacters';
import { codeBlock, escapeMarkdown, escapeMarkdownLines, inlineCode } from '../markdown';
import { pageStrings } from '../pages/pageStrings';
import type { Run } from '../runs/run';
import { answerInWords, noticeInWords, reasonInWords } from '../runs/runWords';
import { ThoughtStream } from './thoughtStream';

/** What a run needs of an answer in VS Code's chat. */
export type ChatStream = Pick<vscode.ChatResponseStream, 'markdown' | 'progress' | 'button'>;

/** Characters of an output that the chat shows; the rest is in the terminal. */
const outputLength = 4000;

/** Characters of a line that a narrow chat shows without scrolling. */
const lineLength = 30;

/** Tells a run in VS Code's own chat. Whatever the model or a command says is text there: nothing loads, nothing runs. */
export class ChatTelling {
  private readonly thought = new ThoughtStream();
  private asked = 0;

  constructor(private readonly stream: ChatStream) {}

  /** Tells the run from its beginning to its end, asking for approval with buttons. Settles when it is over. */
  async follow(run: Run): Promise<void> {
    this.stream.progress(pageStrings()[`opening.${run.request.kind}`]);
    for (const event of run.events) this.hear(event);
    const listening = vscode.Disposable.from(
      run.onEvent((event) => this.hear(event)),
      run.onDidChange(() => this.ask(run)),
    );
    try {
      this.ask(run);
      await run.done;
    } finally {
      listening.dispose();
    }
  }

  /** Tells what was. */
  replay({ events }: Run): void {
    for (const event of events) this.hear(event);
  }

  private hear(event: AgentEvent): void {
    const { stream } = this;
    const strings = pageStrings();
    switch (event.type) {
      case 'step':
        this.thought.reset();
        stream.markdown('\n\n');
        stream.progress(strings.thinking);
        break;
      case 'delta': {
        const more = this.thought.add(event.text);
        if (more !== '') stream.markdown(escapeMarkdownLines(visible(more)));
        break;
      }
      case 'action':
        if (event.kind === 'bash' || event.kind === 'sql') this.say(codeBlock(visible(event.text), event.kind));
        break;
      case 'approval':
        if (event.decision.verdict === 'edit') this.say(codeBlock(visible(event.decision.text), ''));
        if (event.decision.verdict === 'skip') this.say(`_${strings['action.skipped']}_`);
        break;
      case 'observation':
        this.say(`${headOf(event.exitCode)}\n${codeBlock(bounded(visible(event.text)), 'text')}`);
        break;
      case 'notice':
        this.say(`> ${escapeMarkdown(noticeInWords(event.notice))}`);
        break;
      case 'finished':
        if (event.answer !== null) {
          this.say(`**${escapeMarkdown(strings.answer)}**\n\n${escapeMarkdownLines(answerInWords(event.answer))}`);
        }
        this.say(`_${escapeMarkdown(strings[`outcome.${event.outcome}`])}_`);
        break;
      case 'started':
        if (event.sandbox) this.say(`_${escapeMarkdown(strings[`guard.sandbox.${event.sandbox}`])}_`);
        break;
      case 'turn':
      case 'instruction':
      case 'replied':
      case 'exchange':
      case 'context':
      case 'failure':
        break;
    }
  }

  /** Once for each action. What the buttons carry is checked against what the run holds when one is clicked. */
  private ask({ id, awaiting }: Run): void {
    if (!awaiting || id === undefined || awaiting.step === this.asked) return;
    const { step, text } = awaiting;
    this.asked = step;
    const lines = visible(text).split('\n');
    // A block scrolls sideways: what is approved must be seen to its end.
    if (lines.some(({ length }) => length > lineLength)) {
      this.say(
        lines
          .filter((line) => line.trim() !== '')
          .map(inlineCode)
          .join('\\\n'),
      );
    }
    for (const reason of reasonInWords(awaiting)) this.say(`_${escapeMarkdown(reason)}_`);
    const button = (title: string, verdict: 'run' | 'skip'): void =>
      this.stream.button({ title, command: 'agentlm.decide', arguments: [id, step, text, verdict] });
    button(vscode.l10n.t('Run'), 'run');
    button(vscode.l10n.t('Skip'), 'skip');
    this.stream.button({ title: vscode.l10n.t('Edit in AgentLM'), command: 'agentlm.openRun', arguments: [id] });
  }

  private say(markdown: string): void {
    this.stream.markdown(`\n\n${markdown}\n\n`);
  }
}

function headOf(exitCode: number | null): string {
  const strings = pageStrings();
  const exit = exitCode === null ? '' : ` · ${strings['output.exit'].replace('{0}', String(exitCode))}`;
  return `${escapeMarkdown(strings.output)}${exit}`;
}

/** Its beginning and its end. */
function bounded(text: string): string {
  if (text.length <= outputLength) return text;
  const half = outputLength / 2;
  return `${text.slice(0, half)}\n…\n${text.slice(-half)}`;
}
