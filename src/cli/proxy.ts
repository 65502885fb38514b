/**
 * The proxy for a server, of the variables that command-line programs agree on: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`
 * and `NO_PROXY`, in small letters too, which win. Loopback is reached directly, whatever they say.
 * @param url of the server; what is none is left to whoever connects to it
 */
export function proxyFor(url: string, environment: NodeJS.ProcessEnv): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, hostname, port } = new URL(url);
  const read = (name: string): string | undefined => environment[name.toLowerCase()] ?? environment[name];
  const proxy = read(protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY') ?? read('ALL_PROXY');
  if (!proxy || isLoopback(hostname)) return undefined;
  const excepted = (read('NO_PROXY') ?? '').split(/[\s,]+/).some((entry) => covers(entry, hostname, port));
  if (excepted) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/** `*`, a host, a domain with or without a dot before it, each with a port or without. */
function covers(entry: string, hostname: string, port: string): boolean {
  const [, domain = '', onlyPort] = /^(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
  if (domain === '' || (onlyPort !== undefined && onlyPort !== port)) return false;
  const name = domain.replace(/^\*?\./, '');
  return domain === '*' || hostname === name || hostname.endsWith(`.${name}`);
}
