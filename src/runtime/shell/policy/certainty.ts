import { forEachChild, type AndOr, type ParsedScript, type Pipeline, type CommandNode, type SyntaxNode } from 'unbash';

/** Where in a script a variable has surely been set: elsewhere it can be empty, or what it was before. */
export type Certainty = (name: string, at: number) => boolean;

interface Stretch {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * An assignment that stands in a list of commands, under no condition of its own, holds for the rest of that list; the
 * variable of a `for` holds in its body.
 */
export function certaintyOf(script: ParsedScript): Certainty {
  const stretches: Stretch[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'For') stretches.push({ name: node.name.value, from: node.name.end, to: node.end });
    if (node.type === 'Script' || node.type === 'CompoundList') {
      const to = node === script ? Infinity : node.end;
      for (const { command } of node.commands) {
        for (const { name, end } of assignedFirst(command)) stretches.push({ name, from: end, to });
      }
    }
    // A text in backticks counts its own positions.
    if (node === script || node.type !== 'Script' || node.source === undefined) forEachChild(node, visit);
  };
  visit(script);
  return (name, at) => stretches.some((stretch) => stretch.name === name && stretch.from <= at && at <= stretch.to);
}

function assignedFirst(
  node: AndOr | Pipeline | CommandNode,
): readonly { readonly name: string; readonly end: number }[] {
  if (node.type === 'AndOr') return node.commands[0] ? assignedFirst(node.commands[0]) : [];
  if (node.type !== 'Command' || node.name) return [];
  return node.prefix.flatMap((part) => (part.type === 'Assignment' ? [{ name: part.name, end: part.end }] : []));
}
