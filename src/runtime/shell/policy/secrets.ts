import { names } from './names';

/**
 * Names of files and folders that can hold secrets, wherever they lie. `*` is any characters but a slash; a name with a
 * slash is a folder and what it must hold. Compared without regard to case, for some file systems have none.
 */
export const secretNames: readonly string[] = [
  // Keys and certificates
  ...names(`.ssh .gnupg id_rsa* id_dsa* id_ecdsa* id_ed25519* authorized_keys* ssh_host_*_key *.pem *.key *.p12 *.pfx
    *.jks *.keystore *.ppk *.kdbx *.keytab *.ovpn *.gpg ssl/private letsencrypt wireguard private_key* private-key*
    secring.* .age`),
  // Accounts of the system
  ...names(`shadow shadow- shadow.* gshadow* sudoers* opasswd* master.passwd system-connections wpa_supplicant*
    chap-secrets pap-secrets .smbcredentials .xauthority .rhosts`),
  // Clouds, registries and services
  ...names(`.aws .azure .kube kubeconfig* .docker .dockercfg gcloud .oci .terraform.d *.tfstate* .netrc _netrc
    .git-credentials .pgpass .my.cnf .mylogin.cnf .npmrc .yarnrc* .pypirc .config/gh .config/hub .config/github-copilot
    .config/op .config/sops .config/containers .s3cfg .boto rclone.conf .htpasswd .vault-token .databrickscfg .snowflake
    .composer .gem .m2/settings* .gradle/gradle.properties .cargo/credentials* service-account* client_secret*
    .fetchmailrc .msmtprc .mbsyncrc .muttrc .irssi .claude* .codex .huggingface huggingface/token`),
  // Files of a project
  ...names(`.env .env.* *.env .envrc .secrets secret secrets secret.* secrets.* *credential* *password* .passwd token
    tokens .token *_token token.* api_key* apikey* wp-config.php* auth.json vault.yml vault.yaml`),
  // Browsers, wallets and password managers
  ...names(`.mozilla .thunderbird *chrome*/default* google-chrome* chromium bravesoftware cookies.sqlite key3.db key4.db
    firefox .password-store keyrings keychains kwalletd *.keychain* .electrum .bitcoin .ethereum bitwarden* 1password*
    wallet.dat globalstorage`),
  // What somebody typed
  ...names(`.*_history *_history .history .histfile .zhistory .lesshst .viminfo .wget-hsts .dbshell`),
  // Memory and environment of processes
  ...names(`environ kcore kmem`),
];

/** Absolute paths of that kind; here a glob in a command counts as well, however little it says. */
export const secretPaths =
  names(`etc/shadow etc/shadow- etc/gshadow etc/gshadow- etc/sudoers etc/sudoers.d etc/ssh/*_key
  etc/ssl/private etc/security/opasswd proc/*/environ proc/*/mem proc/*/fd proc/*/root proc/*/cwd proc/*/map_files
  proc/*/task proc/*/auxv proc/*/stack proc/kcore proc/keys proc/sysrq-trigger proc/kmsg dev/* run/secrets
  var/run/secrets run/credentials run/user var/lib/sss var/spool/cron var/backups`);

/** What \`secretPaths\` takes in, and is safe to read all the same. */
export const plainPaths: ReadonlySet<string> = new Set(
  names('/dev/null /dev/stdin /dev/stdout /dev/stderr /dev/fd/0 /dev/fd/1 /dev/fd/2'),
);

/** Folders whose files are of every kind: to read all that is below them is to read secrets. */
export const broadFolders: ReadonlySet<string> = new Set(
  names('/ ~ /root /home /etc /proc /sys /dev /var /var/lib /run /mnt /media /users'),
);

/** Variables whose value is nobody's business. */
export const secretVariable =
  /KEY|TOKEN|SECRET|PASS(?!ED|ES|ING)|(^|_)PAT$|(^|_)AUTH(ORIZATION)?$|BEARER|CREDENTIAL|COOKIE|_DSN$|DATABASE_URL/;

/** What is searched for by those who look for secrets. */
export const secretPattern =
  /pass(?!ed|es|ing|ion|enger|age|ive|port)|secret|token|api.?key|access.?key|private.?key|[_-]key|credential|bearer|BEGIN |AKIA|ghp_|sk-|aws_/i;
