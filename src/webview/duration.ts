import type { Say } from './page';

/** A duration as people say it: < 0.1 s, 0.4 s, 3 s, 12 s, 3 min 05 s. */
export function duration(milliseconds: number, say: Say): string {
  const seconds = milliseconds / 1000;
  if (seconds < 0.05) return say('seconds', '< 0.1');
  if (seconds < 9.95) return say('seconds', Number(seconds.toFixed(1)));
  const whole = Math.round(seconds);
  if (whole < 60) return say('seconds', whole);
  return say('minutes', Math.floor(whole / 60), String(whole % 60).padStart(2, '0'));
}
