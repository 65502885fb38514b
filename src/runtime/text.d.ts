/** Shell scripts are imported as text (esbuild.mjs, loader). */
declare module '*.sh' {
  const text: string;
  export default text;
}
