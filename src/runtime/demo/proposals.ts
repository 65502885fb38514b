import { proposalText, type Proposal } from '../../agent/proposal';
import type { TaskKind } from '../../agent/task';
import { demoRemark } from '../../agent/trajectory';
import { opening } from '../proposals/prompt';

const proposals: readonly Proposal[] = [
  {
    kind: 'os',
    text: 'Which file in this folder has the most lines? Answer with its name.',
    reference: `find . -maxdepth 1 -type f ! -name '*.sqlite' -exec wc -l {} + | sort -n | grep -o '[^/]*$' | grep -v total | tail -n 1`,
  },
  {
    kind: 'os',
    text: 'Count the TODO comments in the Python files and answer with the number.',
    reference: `grep -rn --include='*.py' '# TODO' . | wc -l`,
  },
  {
    kind: 'os',
    text: "Make a folder named reports and put today's date into reports/date.txt.",
    check: 'grep -qx "$(date +%F)" reports/date.txt',
    reference: 'mkdir -p reports && date +%F >reports/date.txt',
  },
  {
    kind: 'db',
    text: 'Which product brought in the most revenue?',
    reference:
      'SELECT p.name FROM orders o JOIN products p ON p.id = o.product_id GROUP BY p.name ORDER BY SUM(o.quantity * p.price) DESC LIMIT 1',
  },
  {
    kind: 'db',
    text: 'How many customers have never placed an order?',
    reference: 'SELECT COUNT(*) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL',
  },
  {
    kind: 'db',
    text: 'Raise the price of every product in the category Tea by 10 percent.',
    reference: "UPDATE products SET price = ROUND(price * 1.1, 2) WHERE category = 'Tea'",
  },
];

/** What the demo replies where it is asked for tasks: those that it can do and that the request does not name. */
export function demoProposals(request: string): string | undefined {
  const kind = (['os', 'db'] satisfies TaskKind[]).find((each) => request.startsWith(opening[each]));
  if (kind === undefined) return undefined;
  const fresh = proposals.filter((proposal) => proposal.kind === kind && !request.includes(proposal.text));
  return fresh.length === 0 ? `${demoRemark} It knows no more tasks.` : fresh.map(proposalText).join('\n\n');
}
