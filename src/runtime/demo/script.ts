import type { Action } from '../../agent/task';
import { osTask } from '../../agent/tasks/os';
import { databaseTask } from '../../agent/tasks/database';
import type { TaskKind } from '../../agent/task';
import { demoRemark } from '../../agent/trajectory';
import type { ReadPrompt } from './prompt';
import { demoProposals } from './proposals';

/** A recorded solution: one reply a step, each a function of what the environment really said before. */
interface Scene {
  readonly kind: TaskKind;
  readonly problem: string;
  readonly replies: readonly ((observation: string) => string)[];
}

/** The model id under which the demo appears; everything that names it says "demo". */
export const demoModel = 'agentlm-demo';

const database = databaseTask([]);

const bash = (thought: string, text: string): string => osTask.compose(thought, { kind: 'bash', text });
const answer = (thought: string, text: string): string =>
  osTask.compose(thought, { kind: 'answer', text, answer: text });
const finish = (thought: string): string => osTask.compose(thought, { kind: 'finish', text: '' });
const sql = (thought: string, text: string): string => database.compose(thought, { kind: 'sql', text });
const values = (thought: string, text: string): string =>
  database.compose(thought, { kind: 'answer', text, answer: [text] } satisfies Action);

const scenes: readonly Scene[] = [
  {
    kind: 'os',
    problem: 'Which file in this folder has the most lines? Answer with its name.',
    replies: [
      () =>
        bash(
          'I count the lines of every text file in this folder and sort by the count, so that the longest comes last.',
          "find . -maxdepth 1 -type f ! -name '*.sqlite' -exec wc -l {} + | sort -n",
        ),
      (observation) => {
        const files = [...observation.matchAll(/^\s*(\d+) \.\/(.+)$/gm)];
        const [, lines, name] = files.at(-1) ?? [];
        return name === undefined
          ? answer('The output shows no file, so there is none to name.', 'none')
          : answer(`The list is sorted, and its last file is ${name} with ${lines} lines.`, name);
      },
    ],
  },
  {
    kind: 'os',
    problem: 'Count the TODO comments in the Python files and answer with the number.',
    replies: [
      () =>
        bash(
          'I search all Python files for comments that begin with TODO, with file and line, so that I can see what I count.',
          "grep -rn --include='*.py' '# TODO' .",
        ),
      (observation) => {
        const count = [...observation.matchAll(/^\.\/.+:\d+:/gm)].length;
        return answer(`The search found ${count} such comments.`, String(count));
      },
    ],
  },
  {
    kind: 'os',
    problem: "Make a folder named reports and put today's date into reports/date.txt.",
    replies: [
      () =>
        bash('I make the folder and write the date into the file.', 'mkdir -p reports && date +%F > reports/date.txt'),
      () => bash('I look at the file to be sure that it holds the date.', 'cat reports/date.txt'),
      (observation) => {
        const [date] = /\d{4}-\d\d-\d\d/.exec(observation) ?? [];
        return finish(
          date ? `The file holds ${date}, as it should.` : 'The file does not hold a date, and I stop here.',
        );
      },
    ],
  },
  {
    kind: 'db',
    problem: 'Which product brought in the most revenue?',
    replies: [
      () =>
        sql(
          'Revenue is quantity times price. I join the orders with the products, add it up for each product, and take the largest sum.',
          'SELECT p.name, SUM(o.quantity * p.price) AS revenue FROM orders o JOIN products p ON p.id = o.product_id GROUP BY p.name ORDER BY revenue DESC LIMIT 1',
        ),
      (observation) => {
        const [, name, revenue] = /^\[\((?:'|")(.+?)(?:'|"), (.+?)\)\]/.exec(observation) ?? [];
        return name === undefined
          ? values('The database did not name a product.', '["unknown"]')
          : values(`The product with the most revenue is ${name}, with ${revenue}.`, JSON.stringify([name]));
      },
    ],
  },
  {
    kind: 'db',
    problem: 'How many customers have never placed an order?',
    replies: [
      () =>
        sql(
          'A customer without orders has no partner in a left join with the orders. I count those.',
          'SELECT COUNT(*) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id WHERE o.id IS NULL',
        ),
      (observation) => {
        const [, count] = /^\[\((\d+),\)\]/.exec(observation) ?? [];
        return values(`The database counts ${count ?? 'no'} such customers.`, `[${count ?? '"unknown"'}]`);
      },
    ],
  },
  {
    kind: 'db',
    problem: 'Raise the price of every product in the category Tea by 10 percent.',
    replies: [
      () =>
        sql(
          'I multiply the price of the products of this category by 1.1 and round to cents.',
          "UPDATE products SET price = ROUND(price * 1.1, 2) WHERE category = 'Tea'",
        ),
      () => sql('I look at the new prices.', "SELECT name, price FROM products WHERE category = 'Tea' ORDER BY name"),
      (observation) => {
        const changed = [...observation.matchAll(/\('/g)].length;
        return values(`${changed} products of the category have their new price.`, '["done"]');
      },
    ],
  },
];

/** The tasks that the demo can do, as the user would word them. */
export function demoProblems(kind: TaskKind): string[] {
  return scenes.filter((scene) => scene.kind === kind).map(({ problem }) => problem);
}

/** What the demo replies to a prompt. */
export function demoReply({ kind, problem, observations }: ReadPrompt): string {
  if (kind === 'chat')
    return demoProposals(problem) ?? `${demoRemark} Connect an endpoint that serves AgentLM to talk with it.`;
  const scene = scenes.find((candidate) => candidate.kind === kind && sameWords(candidate.problem, problem));
  if (!scene) return unknownTask(kind);
  const observation = observations.at(-1) ?? '';
  if (/\[The user did not let /.test(observation)) return refusedTask(kind);
  const reply = scene.replies[Math.min(observations.length, scene.replies.length - 1)];
  return reply?.(outputOf(observation)) ?? unknownTask(kind);
}

function refusedTask(kind: TaskKind): string {
  const thought = `${demoRemark} You did not let this run, and it knows no other way to do the task.`;
  return kind === 'os' ? finish(thought) : values(thought, '["not run"]');
}

function unknownTask(kind: TaskKind): string {
  const thought = `${demoRemark} It knows only the example tasks of the sample. Connect an endpoint that serves AgentLM to run this task.`;
  return kind === 'os' ? finish(thought) : values(thought, '["This is the demo. Connect an endpoint to ask this."]');
}

function sameWords(one: string, other: string): boolean {
  const words = (text: string): string => text.toLowerCase().replace(/\W+/g, ' ').trim();
  return words(one) === words(other);
}

/** An observation without the heading that the OS task puts over it. */
function outputOf(observation: string): string {
  return observation.replace(/^The output of the OS:\n\n/, '');
}
