import { BadValue, items, members, oneOrMore, required, text, type Field } from './fields';
import { readScript } from './scriptFolder';
import type { OsCheck, OsProblem, Script } from './suite';

/**
 * Reads a task of AgentBench's OS suite.
 * @param scripts the folder of its script files
 * @param fallbackCategory for a task without labels
 * @throws {BadValue}
 */
export async function readAgentBenchOs(
  field: Field,
  {
    id,
    scripts,
    fallbackCategory,
  }: { readonly id: string; readonly scripts: string; readonly fallbackCategory: string },
): Promise<OsProblem> {
  const member = members(field);
  const create = member('create');
  // A published task has a list here; AgentBench finds no image and no script in it, and takes the default.
  const creation = create === undefined || Array.isArray(create.value) ? () => undefined : members(create);
  const evaluation = required(member('evaluation'), field, 'evaluation');
  const judging = members(evaluation);
  const example = judging('example') ?? member('example');
  const reference = example === undefined ? undefined : await readScript(example, scripts);
  const init = creation('init');
  const start = member('start');
  const image = creation('image');
  return {
    kind: 'os',
    id,
    category: firstLabel(member('labels')) ?? fallbackCategory,
    text: text(required(member('description'), field, 'description')),
    image: image === undefined ? undefined : text(image),
    init: init === undefined ? [] : await readAll(oneOrMore(init), scripts),
    start: start === undefined ? undefined : codeOf(await readScript(start, scripts), start),
    check: await readCheck(evaluation, scripts, reference),
    reference,
  };
}

async function readCheck(evaluation: Field, scripts: string, reference: Script | undefined): Promise<OsCheck> {
  const member = members(evaluation);
  const match = member('match');
  if (match !== undefined) return readMatch(match);
  const check = member('check');
  if (check === undefined) throw new BadValue(evaluation.path, 'has neither match nor check');
  const all = await Promise.all(
    oneOrMore(check).map(async (one) => (one.value === null ? null : readScript(one, scripts))),
  );
  if (all.includes(null) && reference === undefined) {
    throw new BadValue(check.path, 'refers to the example, which is missing');
  }
  return { kind: 'scripts', scripts: all };
}

function readMatch(match: Field): OsCheck {
  if (typeof match.value === 'string') return { kind: 'match', answer: match.value, strip: true };
  const member = members(match);
  const answer = member('answer');
  if (answer !== undefined) return { kind: 'match', answer: text(answer), strip: member('strip')?.value === true };
  const regex = required(member('regex'), match, 'regex');
  return { kind: 'regex', pattern: pattern(regex) };
}

/** @throws {BadValue} where JavaScript knows no such expression */
export function pattern(field: Field): string {
  const source = text(field);
  try {
    return new RegExp(source).source;
  } catch (error) {
    throw new BadValue(
      field.path,
      `is not a regular expression (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

export async function readAll(fields: readonly Field[], scripts: string): Promise<Script[]> {
  return Promise.all(fields.map((field) => readScript(field, scripts)));
}

/** @throws {BadValue} */
export function codeOf(script: Script, field: Field): string {
  if ('code' in script) return script.code;
  throw new BadValue(field.path, 'is a comparing script, which cannot be run here');
}

function firstLabel(labels: Field | undefined): string | undefined {
  const [first] = labels === undefined ? [] : items(labels);
  return first === undefined ? undefined : text(first);
}
