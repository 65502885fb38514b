import { html, nothing, type TemplateResult } from 'lit';
import type { TrajectoryStringKey } from '../../protocol/trajectoryStrings';
import { errorRules, type RowView, type TrajectorySummary } from '../../protocol/viewerMessages';
import { icon } from '../icon';
import { modelText } from '../modelText';
import type { Say } from '../page';

export type TrajectorySay = Say<TrajectoryStringKey>;

/** What is known of a trajectory, before what was said in it. */
export function trajectoryHead(say: TrajectorySay, { summary, place, format, tokens }: RowView): TemplateResult {
  const { problem, id, model, turns, reward, errors, tags, note } = summary;
  return html`<header class="row-head">
    <h2>${modelText(problem === '' ? id : problem)}</h2>
    <p class="facts">
      <span class="badge">${taskName(say, summary.task)}</span>
      <span class="badge verdict-${summary.verdict}">${say(`verdict.${summary.verdict}`)}</span>
      <span>${say(`outcome.${summary.outcome ?? 'unknown'}`)}</span>
      <span>${model === null ? say('row.modelUnknown') : modelText(model)}</span>
      <span>${say('row.replies', turns)}</span>
      <span>${say('row.tokens', tokens)}</span>
      ${reward === null ? nothing : html`<span>${say('row.reward', reward)}</span>`}
      ${tags.map((tag) => html`<span class="badge">#${modelText(tag)}</span>`)}
      <span class="muted">${modelText(id)} · ${modelText(place)} · ${say('row.format', format)}</span>
    </p>
    ${errors.length === 0 ? nothing : html`<p>${icon('warning')}${errors.map((error) => errorName(say, error)).join(', ')}</p>`}
    ${note === '' ? nothing : html`<p>${modelText(say('row.note', note))}</p>`}
  </header>`;
}

export function taskName(say: TrajectorySay, task: TrajectorySummary['task']): string {
  return task === 'os' || task === 'db' || task === 'general' ? say(`task.${task}`) : task;
}

/** A rule of the error analysis in words. */
export function errorName(say: TrajectorySay, error: string): string {
  const rule = errorRules.find((each) => each === error);
  return rule === undefined ? error : say(`error.${rule}`);
}
