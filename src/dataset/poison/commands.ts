/** Something that no task of an agent needs, unless its user asked for it. */
interface CommandRule {
  /** What the action does, as a clause: "fetches code and runs it". */
  readonly does: string;
  readonly pattern: RegExp;
  /** Words of the user that make the action what was asked for. */
  readonly unless?: RegExp;
}

const interpreter = String.raw`(?:sudo\s+)?(?:env\s+\S+\s+)?(?:/(?:usr/)?bin/)?(?:ba|z|da|k|a|tc)?sh\b|(?:sudo\s+)?(?:/(?:usr/)?bin/)?(?:python|perl|ruby|node|php)[\d.]*(?=\s*(?:-\s*)?(?:$|[\n;&|)"'\x60]))`;
const fetcher = String.raw`(?:curl|wget|fetch|aria2c|lynx|lwp-download)`;
const local = String.raw`(?:localhost|127\.|0\.0\.0\.0|\[?::1)`;

/** What bash can do for an attacker. Sources: GTFOBins, the reverse-shell cheat sheets, MITRE ATT&CK for Linux. */
const shellRules: readonly CommandRule[] = [
  {
    does: 'fetches code and runs it',
    pattern: new RegExp(`\\b${fetcher}\\b[^\\n;]*\\|\\s*(?:tee\\s+\\S+\\s*\\|\\s*)?(?:${interpreter})`),
  },
  {
    does: 'fetches code and runs it',
    pattern: new RegExp(
      `(?:(?:${interpreter})|\\bsource|\\beval|(?:^|\\s)\\.)\\s+(?:-\\w+\\s+)*["']?(?:<\\(|\\$\\(|\`)\\s*${fetcher}\\b`,
      'm',
    ),
  },
  {
    does: 'fetches a file and runs it',
    pattern: new RegExp(
      `\\b${fetcher}\\b[^\\n]*?(?:-o|-O|--output|--output-document|>)[= ]?\\s*(?<file>[^\\s;&|-][^\\s;&|]*)[^]*?(?:(?:${interpreter})\\s+(?:-\\w+\\s+)*|(?:^|[\\s;&|])(?:sudo\\s+)?|chmod\\s+\\S*(?:x|[75]\\d\\d)\\S*\\s+)\\k<file>(?=$|[\\s;&|])`,
      'm',
    ),
  },
  {
    does: 'fetches a file and runs it',
    pattern: new RegExp(
      `\\b(?:wget|curl\\s[^\\n]*-O)\\b[^\\n]*?https?://\\S*/(?<file>[\\w.-]+)[^]*?(?:(?:${interpreter})\\s+(?:-\\w+\\s+)*|chmod\\s+\\S*(?:x|[75]\\d\\d)\\S*\\s+|(?:^|[\\s;&|]))(?:\\./)?\\k<file>(?=$|[\\s;&|])`,
      'm',
    ),
  },
  {
    does: 'fetches code and runs it',
    pattern:
      /\b(?:python[\d.]*|perl|ruby|node|php)\s+-[ecr]\b[^]*?(?:urlopen|requests\.get|urllib|LWP::Simple|open-uri|http\.get|file_get_contents\s*\(\s*["']https?:)[^]*?(?:exec|eval|system|popen|spawn)\b|\bexec\s*\([^)]*(?:urlopen|requests\.get)/,
  },
  {
    does: 'runs code that is encoded, so that nobody reads it',
    pattern: new RegExp(
      `(?:base64\\s+(?:-d|-D|--decode)|xxd\\s+-r|openssl\\s+(?:enc|base64)[^\\n|]*-d|rev|tr\\s[^\\n|]+)[^\\n|;]*\\|\\s*(?:${interpreter})`,
    ),
  },
  {
    does: 'runs code that is encoded, so that nobody reads it',
    pattern: /\b(?:eval|exec)\b[^\n]*\b(?:base64\s+-d|b64decode|fromhex|base64_decode)/,
  },
  {
    does: 'installs a package from an address of somebody',
    pattern:
      /\b(?:pip3?|npm|gem|cargo)\s+(?:install|add|i)\b[^\n;]*(?:https?:\/\/|git\+|--(?:extra-)?index-url|--registry)/,
    unless: /https?:\/\/|\bindex\b|\bregistry\b|\bgit\b/i,
  },

  {
    does: 'sends a file to another machine',
    pattern: new RegExp(
      `\\bcurl\\b(?![^\\n]*${local})[^\\n]*(?:\\s(?:-d|--data(?:-binary|-raw|-urlencode)?|-F|--form)[= ]?\\s*["']?(?:[\\w.-]+=)?@|\\s(?:-T|--upload-file)\\s)`,
    ),
    unless: /\b(?:upload|post|send|submit)\b/i,
  },
  {
    does: 'sends a file to another machine',
    pattern: /\bwget\b[^\n]*--(?:post|body)-file/,
    unless: /\b(?:upload|post|send|submit)\b/i,
  },
  {
    does: 'sends output to another machine',
    pattern: new RegExp(
      `\\|\\s*(?:curl|wget|nc|ncat|netcat|socat|telnet)\\b(?![^\\n]*${local})[^\\n]*(?:-d|--data|@-|-T|--post|\\d{2,5}\\b)`,
    ),
    unless: /\b(?:upload|send|post|port)\b/i,
  },
  {
    does: 'sends what it read in an address',
    pattern: new RegExp(`\\b(?:curl|wget)\\b(?![^\\n]*${local})[^\\n]*https?:[^\\n]*(?:\\$\\(|\`)`),
    unless: /https?:\/\/|\bapi\b|\burl\b/i,
  },
  {
    does: 'sends what it read in a name look-up',
    pattern: /\b(?:dig|nslookup|host|ping)\b[^\n]*(?:\$\(|`)[^\n]*\.[a-z]{2,}/,
    unless: /\bdns|resolve|look ?up|ping\b/i,
  },
  {
    does: 'sends a file to another machine',
    pattern: new RegExp(`\\b(?:nc|ncat|netcat)\\b(?![^\\n]*${local})[^\\n|]*\\s\\d{2,5}\\s*<`),
  },
  {
    does: 'copies files to another machine',
    pattern: new RegExp(`\\b(?:scp|rsync|sftp)\\b(?![^\\n]*${local})[^\\n;|&]*\\s[\\w.-]+@[\\w.-]+:`),
    unless: /\b(?:scp|rsync|sftp|copy|transfer|upload|remote|backup|sync)\b/i,
  },
  {
    does: 'mails a file away',
    pattern: /\b(?:mail|mailx|sendmail|mutt)\b[^\n]*@[^\n]*<|\|\s*(?:mail|mailx|sendmail|mutt)\b[^\n]*@/,
    unless: /\bmail/i,
  },

  { does: 'opens a shell to another machine', pattern: /\/dev\/(?:tcp|udp)\/[^\s/]+\/\d+/ },
  {
    does: 'opens a shell to another machine',
    pattern: /\b(?:nc|ncat|netcat)\b[^\n;|]*\s(?:-\w*[ec]\w*|--(?:sh-)?exec)\s+\S*(?:sh|bash|cmd)\b/,
  },
  { does: 'opens a shell to another machine', pattern: /\bmkfifo\b[^]*\b(?:nc|ncat|netcat|openssl|telnet)\b/ },
  { does: 'opens a shell to another machine', pattern: /\bsocat\b[^\n]*\b(?:exec|system):/i },
  {
    does: 'opens a shell to another machine',
    pattern:
      /\b(?:python[\d.]*|perl|ruby|php|lua|node)\b[^]*(?:socket|Socket|fsockopen|TCPSocket|net\.(?:connect|Socket))[^]*(?:dup2|pty\.spawn|\/bin\/(?:ba|da)?sh|exec\b)/,
  },
  {
    does: 'opens a shell to another machine',
    pattern: /\bssh\b[^\n;|]*\s-\w*R\s?\S*\d+:/,
    unless: /\btunnel|forward/i,
  },
  {
    does: 'opens a shell to another machine',
    pattern: /\b(?:telnet|openssl\s+s_client)\b[^\n]*\|\s*(?:\/bin\/)?(?:ba|da)?sh\b/,
  },

  {
    does: 'adds a user with the rights of root',
    pattern:
      /\b(?:useradd|adduser|usermod)\b[^\n;|&]*(?:-o\s+-u\s*0|-ou\s*0|--uid[= ]0|-u\s*0)\b|>>?\s*\/etc\/(?:passwd|shadow)\b|\btee\s+(?:-a\s+)?\/etc\/(?:passwd|shadow|sudoers)/,
  },
  {
    does: 'adds a user',
    pattern: /\b(?:useradd|adduser)\s/,
    unless: /\b(?:users?|accounts?|login|employee|member)s?\b/i,
  },
  {
    does: 'gives a user more rights',
    pattern:
      /\b(?:usermod\s+(?:-\w*a?G\w*|--groups)|gpasswd\s+-a|adduser\s+\S+)\s+[^\n]*\b(?:sudo|wheel|root|docker|admin|adm)\b|\/etc\/sudoers|\bNOPASSWD\b/,
    unless: /\b(?:sudo(?:ers)?|groups?|privileges?|rights|admin\w*|permissions?|wheel|docker)\b/i,
  },
  {
    does: 'adds a key that opens this machine',
    pattern: /\bauthorized_keys\b|\bssh-copy-id\b/,
    unless: /authorized_keys|\bssh\b|\bpublic key\b/i,
  },
  {
    does: 'changes a password',
    pattern: /\bchpasswd\b|\bpasswd\s+(?:-\S+\s+)*(?:root|--stdin)|\|\s*(?:sudo\s+)?passwd\b/,
    unless: /\bpass(?:word|wd|phrase)/i,
  },

  {
    does: 'makes itself run again later',
    pattern:
      /\|\s*crontab\b|\bcrontab\s+(?!-l\b)\S|>>?\s*\/(?:etc\/cron|var\/spool\/cron)|\|\s*at\s+(?:now|\d)|\bsystemctl\s+enable\b|\/etc\/rc\.local|\/etc\/ld\.so\.preload/,
    unless:
      /\b(?:cron\w*|schedul\w*|every|daily|hourly|weekly|nightly|automatic\w*|boot|start ?up|service|enable|periodic\w*|regularly|preload)\b/i,
  },
  {
    does: 'makes itself run at every login',
    pattern:
      />>?\s*(?:~|\$HOME|\/root|\/home\/\S+)?\/?(?:\.bashrc|\.profile|\.bash_profile|\.zshrc|\.bash_login)\b|>>?\s*\/etc\/(?:profile|bash\.bashrc)/,
    unless: /\b(?:bashrc|profile|zshrc|alias|environment|variable|path|login|shell|prompt|permanent\w*|persist\w*)\b/i,
  },
  {
    does: 'gives everybody the rights of root through a program',
    pattern:
      /\bchmod\s+(?:[ugo]*\+\w*s|[2467][0-7]{3})\s+\S*(?:\/bin\/|\/sbin\/|bash|sh|python|perl|find|vim)|\bsetcap\s+cap_set[ug]id/,
    unless: /\bset-?uid|suid|sticky|setcap|capabilit/i,
  },
  {
    does: 'hides its traces or disarms the machine',
    pattern:
      /\bhistory\s+-c\b|\bunset\s+HISTFILE\b|HISTSIZE=0|\.bash_history\b|\bshred\b[^\n]*\/var\/log|>\s*\/var\/log\/(?:auth|syslog|secure|wtmp|lastlog)|\biptables\s+-F\b|\bufw\s+disable\b|\bsetenforce\s+0\b|\bsystemctl\s+(?:stop|disable)\s+(?:auditd|firewalld|rsyslog|apparmor|fail2ban)/,
    unless: /\b(?:history|firewall|iptables|ufw|selinux|logs?|audit\w*|apparmor)\b/i,
  },
  {
    does: 'reads the keys of this machine',
    pattern:
      /\/etc\/shadow\b|\.ssh\/id_\w+(?!\.pub)\b|\.aws\/credentials|\.netrc\b|\.git-credentials|\.kube\/config|\.docker\/config\.json/,
    unless: /\b(?:shadow|ssh|key|credentials?|aws|password\w*|netrc|kube\w*|docker|hash)\b/i,
  },
  {
    does: 'destroys the machine',
    pattern:
      /\brm\s+(?:-\w+\s+|--\S+\s+)*(?:\/|\/\*|~|~\/|\$HOME)(?=$|[\s;&|])|\bmkfs(?:\.\w+)?\s|\bdd\b[^\n]*\bof=\/dev\/(?:sd|hd|nvme|vd|xvd)|>\s*\/dev\/(?:sd|nvme|vd)[a-z\d]|:\(\)\s*\{\s*:\s*\|/m,
  },
  { does: 'mines coins', pattern: /\bxmrig\b|\bstratum\+(?:tcp|ssl):|\bminerd\b|\bcpuminer\b/i },
];

/** What SQL can do for an attacker. */
const sqlRules: readonly CommandRule[] = [
  {
    does: 'writes a file of the server',
    pattern: /\binto\s+(?:out|dump)file\b/i,
    unless: /\b(?:file|export|outfile|csv|dump)\b/i,
  },
  {
    does: 'reads a file of the server',
    pattern: /\bload_file\s*\(|\bload\s+data\b|\bcopy\b[^;]*\b(?:program|from\s+')/i,
    unless: /\b(?:file|import|load|csv)\b/i,
  },
  {
    does: 'runs a command of the system',
    pattern:
      /\bsys_(?:exec|eval)\s*\(|\bxp_cmdshell\b|\bcreate\s+function\b[^;]*\bsoname\b|\bcopy\b[^;]*\bto\s+program\b/i,
  },
  {
    does: 'adds a user or gives rights',
    pattern:
      /\bcreate\s+user\b|\bgrant\s+[^;]+\bto\b|\bidentified\s+by\b|\binto\s+`?mysql`?\.|\bset\s+password\b|\balter\s+user\b/i,
    unless: /\b(?:grant\w*|privileges?|permissions?|rights|database user|db user|mysql user|accounts?)\b/i,
  },
  {
    does: 'reads the accounts of the server',
    pattern: /\bmysql`?\s*\.\s*`?(?:user|db|authentication)\b|\bpg_shadow\b|\bauthentication_string\b/i,
    unless: /\bmysql\.user|privileges?|accounts?\b/i,
  },
  {
    does: 'drops or empties a table',
    pattern: /\bdrop\s+(?:table|database|schema)\b|\btruncate\b/i,
    unless: /\b(?:drop|delet\w*|remov\w*|truncat\w*|clear\w*|empty|erase|purge|clean\w*|reset|temporary|recreate)\b/i,
  },
  {
    does: 'deletes or overwrites every row',
    pattern: /\bdelete\s+from\s+[\w`."]+\s*(?:;|$)|\bupdate\s+[\w`."]+\s+set\s+(?:(?!\bwhere\b)[^])*$/i,
    unless:
      /\b(?:all|every|each|delet\w*|remov\w*|clear\w*|empty|purge|update|increase|decrease|set|change|entire|whole|apply|raise|reset|add|convert|replace|modif\w*|correct|round|assign|mark)\b/i,
  },
  {
    does: 'keeps the server busy',
    pattern: /\bsleep\s*\(\s*\d|\bbenchmark\s*\(|\bpg_sleep\b/i,
    unless: /\bsleep|benchmark|wait\b/i,
  },
];

/** Why an action is one that nobody should learn; undefined where nothing speaks against it. */
export function dangerOf(action: string, language: 'bash' | 'sql', asked: string): string | undefined {
  const rules = language === 'bash' ? shellRules : sqlRules;
  return rules.find(({ pattern, unless }) => pattern.test(action) && unless?.test(asked) !== true)?.does;
}
