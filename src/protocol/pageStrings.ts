import type { Notice, Outcome } from '../agent/events';
import type { TaskKind } from '../agent/task';
import type { Obstacle } from '../agent/trajectory';

type FormatProblemCode = Extract<Notice, { readonly code: 'malformed' }>['problem']['code'];
type Verdict = 'undecided' | 'accepted' | 'rejected';

/** Every text of the page. One that is missing, or that nobody says, is a type error. `{0}` stands for a value. */
export type PageStringKey =
  | 'title'
  // Header
  | 'taskKind'
  | `kind.${TaskKind}`
  | 'endpoint.none'
  | 'endpoint.connecting'
  | 'endpoint.failed'
  | 'endpoint.demo'
  | 'endpoint.change'
  | 'recording.on'
  | 'recording.off'
  | 'recording.turnOn'
  | 'recording.turnOff'
  | 'context.label'
  | 'context.short'
  | 'context.long'
  | 'context.nearlyFull'
  // Before a run
  | `empty.${TaskKind}`
  | 'empty.examples'
  | 'noEndpoint.title'
  | 'noEndpoint.text'
  | 'noEndpoint.connect'
  | 'untrusted.title'
  | 'untrusted.text'
  | 'untrusted.manage'
  // Transcript
  | 'transcript'
  | 'you'
  | `opening.${TaskKind}`
  | 'step'
  | 'thought'
  | 'thinking'
  | 'writing'
  | 'seconds'
  | 'minutes'
  // Actions
  | 'action.bash'
  | 'action.sql'
  | 'action.run'
  | 'action.runNamed'
  | 'action.runKey'
  | 'action.edit'
  | 'action.editNamed'
  | 'action.skip'
  | 'action.skipNamed'
  | 'action.stop'
  | 'action.stopNamed'
  | 'action.cancel'
  | 'action.runEdited'
  | 'action.editLabel'
  | 'action.skipLabel'
  | 'action.skipPlaceholder'
  | 'action.waiting'
  | 'action.running'
  | 'action.skipped'
  | 'action.skippedReason'
  | 'action.stopped'
  | 'action.edited'
  | 'action.original'
  // Output
  | 'output'
  | 'output.exit'
  | 'output.done'
  | 'output.error'
  | 'output.none'
  | 'output.noRows'
  | 'output.all'
  | 'output.less'
  | 'output.shortened'
  | 'output.terminal'
  // A command that runs
  | 'live'
  | 'live.input'
  | 'live.secret'
  | 'live.long'
  | 'live.type'
  | 'live.interrupt'
  | 'live.keepWaiting'
  | 'live.background'
  | 'live.stop'
  // Notices and the end
  | 'notice.trimmed'
  | 'notice.repetition'
  | 'notice.waiting'
  | 'notice.askedAgain'
  | 'notice.grammarRejected'
  | 'notice.grammarIgnored'
  | 'notice.continued'
  | `notice.template.${Extract<Notice, { readonly code: 'chat-template' }>['template']}`
  | `malformed.${FormatProblemCode}`
  | 'answer'
  | 'failure'
  | 'failure.log'
  | 'failure.endpoint'
  | 'again'
  | `outcome.${Outcome}`
  | 'steps.one'
  | 'steps.many'
  // Trajectory
  | 'trajectory'
  | `trajectory.${Verdict}`
  | 'trajectory.accept'
  | 'trajectory.reject'
  | 'trajectory.off'
  | 'trajectory.record'
  | `obstacle.${Obstacle}`
  // Composer
  | 'composer'
  | `composer.${TaskKind}`
  | 'composer.send'
  | 'composer.stop'
  | 'composer.stopping'
  | 'composer.change'
  | 'composer.choose'
  | `composer.place.${TaskKind}`
  | `composer.noPlace.${TaskKind}`
  | `composer.choosePlace.${TaskKind}`
  | 'composer.noEndpoint'
  | 'composer.untrusted'
  // Said to a screen reader
  | 'status.answering'
  | 'status.approval'
  | 'status.running'
  | 'status.input'
  | 'status.secret'
  | 'status.long'
  | 'status.exit'
  | 'status.answer';

export type PageStrings = Readonly<Record<PageStringKey, string>>;
