type Variables = Readonly<Record<string, string>>;

/** The ways to what a sandbox keeps away: agents, displays, buses, engines; and temporary folders that it does not have. */
const waysOut =
  /^(SSH_(AUTH_SOCK|AGENT_PID|ASKPASS|CONNECTION|CLIENT|TTY)|GIT_ASKPASS|SUDO_.*|GPG_.*|GNOME_KEYRING.*|(WAYLAND_)?DISPLAY|WAYLAND_.*|XAUTHORITY|ICEAUTHORITY|SESSION_MANAGER|DBUS_.*|XDG_(RUNTIME_DIR|SESSION_.*|SEAT.*|VTNR)|DOCKER_.*|CONTAINER_.*|PODMAN_.*|KUBECONFIG|KRB5.*|PULSE_.*|PIPEWIRE_.*|WSL.*|NOTIFY_SOCKET|LISTEN_.*|INVOCATION_ID|JOURNAL_STREAM|TMPDIR|TMP|TEMP)$/;
const proxies = /^(https?|ftp|all|no)_proxy$/i;

/** The variables of a shell as they are inside. */
export function sandboxVariables(variables: Variables, network: boolean): Record<string, string> {
  const kept = Object.entries(variables).filter(([name]) => !waysOut.test(name) && (network || !proxies.test(name)));
  // `git status` would otherwise write its index, and every look at a repository would be a change to review.
  return { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0' };
}
