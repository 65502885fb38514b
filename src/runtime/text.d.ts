/** Shell scripts and word lists are imported as text (esbuild.mjs, loader). */
declare module '*.sh' {
  const text: string;
  export default text;
}

declare module '*.txt' {
  const text: string;
  export default text;
}
