/** The script that this file is part of; known only while it runs first. */
const own = document.currentScript instanceof HTMLScriptElement ? document.currentScript : undefined;
let isLoaded = false;

/** Makes `<agentlm-plot>` draw: the bundle beside this one and its style sheet, once. Until then the element is empty. */
export function loadPlot(): void {
  if (isLoaded || !own) return;
  isLoaded = true;
  const styles = document.createElement('link');
  styles.rel = 'stylesheet';
  styles.href = new URL('plot.css', own.src).href;
  const script = document.createElement('script');
  script.nonce = own.nonce;
  script.src = new URL('plot.js', own.src).href;
  document.head.append(styles, script);
}
