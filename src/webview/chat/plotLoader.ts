/** The script that this file is part of; known only while it runs first. */
const own = document.currentScript instanceof HTMLScriptElement ? document.currentScript : undefined;
let isLoaded = false;

/** Of the browser: what makes an address one that a script may have. */
declare const trustedTypes: {
  createPolicy(name: string, rules: { createScriptURL(): string }): { createScriptURL(text: string): object };
};

/** Makes `<agentlm-plot>` draw: the bundle beside this one and its style sheet, once. Until then the element is empty. */
export function loadPlot(): void {
  if (isLoaded || !own) return;
  isLoaded = true;
  const styles = document.createElement('link');
  styles.rel = 'stylesheet';
  styles.href = new URL('plot.css', own.src).href;
  const script = document.createElement('script');
  script.nonce = own.nonce;
  // This page takes scripts from named policies only, and this one knows a single script.
  const { href } = new URL('plot.js', own.src);
  const policy = trustedTypes.createPolicy('agentlm-plot', { createScriptURL: () => href });
  Object.assign(script, { src: policy.createScriptURL('') });
  document.head.append(styles, script);
}
