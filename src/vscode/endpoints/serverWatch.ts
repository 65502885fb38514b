import * as vscode from 'vscode';
import type { ServerMetrics } from '../../agent/endpointFacts';
import type { EndpointProfile } from './endpointProfiles';
import type { Endpoints } from './endpoints';
import type { EndpointTools } from './endpointTools';
import { ReplySpeed } from './replySpeed';
import type { Log } from '../report';
import type { Run } from '../runs/run';
import type { Runs } from '../runs/runs';

const pollMilliseconds = 5000;

/** What is seen of the endpoint of a run that is going on. */
export interface Watched {
  readonly profile: EndpointProfile;
  readonly speed: ReplySpeed;
  /** Undefined where the server does not say. */
  readonly metrics: ServerMetrics | undefined;
}

/** Looks every few seconds how busy the server of the last run is, as long as that run is active and no longer. */
export class ServerWatch implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private watched: Watched | undefined;
  private stop = (): void => {};
  private readonly subscription: vscode.Disposable;

  constructor(
    runs: Runs,
    private readonly endpoints: Endpoints,
    private readonly tools: Pick<EndpointTools, 'metrics'>,
    private readonly log: Log,
  ) {
    this.subscription = runs.onDidStart((run) => this.follow(run));
  }

  /** Undefined while no run is active. */
  get current(): Watched | undefined {
    return this.watched;
  }

  dispose(): void {
    this.stop();
    this.subscription.dispose();
    this.changed.dispose();
  }

  private follow(run: Run): void {
    this.stop();
    const profile = this.endpoints.selected;
    if (!profile) return;
    const speed = new ReplySpeed(() => performance.now());
    const watching = new AbortController();
    const events = run.onEvent((event) => speed.hear(event));
    this.watched = { profile, speed, metrics: undefined };
    this.stop = () => {
      watching.abort();
      events.dispose();
      this.watched = undefined;
      this.changed.fire();
      this.stop = () => {};
    };
    const { stop } = this;
    this.changed.fire();
    void run.done.then(() => this.stop === stop && stop());
    this.poll(profile, speed, watching.signal).catch((error: unknown) => {
      if (!watching.signal.aborted) this.log.error(error);
    });
  }

  private async poll(profile: EndpointProfile, speed: ReplySpeed, signal: AbortSignal): Promise<void> {
    if (!this.endpoints.health(profile).facts) await this.endpoints.look(profile, signal);
    const read = await this.tools.metrics(await this.endpoints.accessTo(profile));
    while (!signal.aborted) {
      const metrics = await read(signal);
      if (signal.aborted) return;
      this.watched = { profile, speed, metrics };
      this.changed.fire();
      await pause(pollMilliseconds, signal);
    }
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    signal.addEventListener('abort', over);
  });
}
