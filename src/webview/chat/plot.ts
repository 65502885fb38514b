import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { LightElement } from '../lightElement';
import type { Say } from '../page';
import type { PlotData } from './plotData';

/** Pixels of what is drawn, and of flat labels below it. */
const pictureHeight = 150;
const flatLabels = 40;
/** Pixels that a bar's label needs across, and how many characters of it are shown. */
const labelWidth = 14;
const labelLength = 14;

/**
 * A bar or line plot. To a screen reader it is one picture that says where its numbers are: in the table beside it.
 * A bundle of its own, loaded with the first plot (plotLoader.ts).
 */
@customElement('agentlm-plot')
export class Plot extends LightElement {
  @property({ attribute: false }) data!: PlotData;
  @property({ attribute: false }) say!: Say;
  /** The point that the pointer is nearest to. */
  @state() private pointed: number | null = null;

  private plot: UPlot | undefined;
  private readonly resizing = new ResizeObserver(() => this.fit());
  private readonly theming = new MutationObserver(() => this.draw());

  override connectedCallback(): void {
    super.connectedCallback();
    this.resizing.observe(this);
    this.theming.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resizing.disconnect();
    this.theming.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('data')) this.draw();
  }

  protected override render(): TemplateResult {
    const { data, say, pointed } = this;
    const { kind, labelName, valueName, labels, values } = data;
    const point = pointed === null ? undefined : values[pointed];
    return html`<div
        class="plot-picture"
        role="img"
        aria-label=${say(`plot.${kind}`, valueName, labelName, labels.length)}
      ></div>
      <p class="plot-point muted" aria-hidden="true">
        ${pointed === null ? `${valueName} / ${labelName}` : `${labels[pointed] ?? ''}: ${point ?? 'NULL'}`}
      </p>`;
  }

  private draw(): void {
    this.plot?.destroy();
    const picture = this.querySelector<HTMLElement>('.plot-picture');
    if (!picture || !this.isConnected) return;
    const { positions, values } = this.data;
    this.plot = new UPlot(this.options(), [[...positions], [...values]], picture);
  }

  private fit(): void {
    if (this.plot && this.plot.width !== this.clientWidth) this.draw();
  }

  private options(): UPlot.Options {
    const { data } = this;
    const { kind, hasMoments, values } = data;
    const looks = looksOf(this);
    const width = Math.max(120, this.clientWidth);
    const labels = kind === 'bar' ? barLabels(data, width) : {};
    const axis = {
      stroke: looks.text,
      font: looks.font,
      grid: { stroke: looks.grid, width: 1 },
      ticks: { show: false },
    };
    return {
      width,
      height: pictureHeight + (labels.size ?? flatLabels),
      tzDate: (seconds) => UPlot.tzDate(new Date(seconds * 1000), 'UTC'),
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: kind === 'line' } },
      hooks: { setCursor: [({ cursor }) => (this.pointed = cursor.idx ?? null)] },
      scales: {
        x: kind === 'bar' ? { time: false, range: [-0.5, values.length - 0.5] } : { time: hasMoments },
        y: { range: (_, low, high) => withZero(low, high, kind) },
      },
      axes: [
        kind === 'bar' ? { ...axis, ...labels, grid: { show: false } } : axis,
        { ...axis, size: 56, values: (_, numbers) => numbers.map((number) => inBrief.format(number)) },
      ],
      series: [{}, kind === 'bar' ? barsIn(looks.mark) : lineIn(looks.mark, values.length)],
    };
  }
}

const inBrief = new Intl.NumberFormat(document.documentElement.lang || undefined, {
  notation: 'compact',
  maximumSignificantDigits: 4,
});

const barPaths = UPlot.paths.bars?.({ size: [0.7, 48] });

function barsIn(colour: string): UPlot.Series {
  return { stroke: colour, fill: colour, points: { show: false }, ...(barPaths && { paths: barPaths }) };
}

function lineIn(colour: string, points: number): UPlot.Series {
  return { stroke: colour, width: 2, points: { show: points <= 40, fill: colour } };
}

/** Upright while there is room, and as many as fit. */
function barLabels({ labels }: PlotData, width: number): Partial<UPlot.Axis> & { readonly size?: number } {
  const room = (width - 60) / labels.length;
  const longest = Math.max(...labels.map(({ length }) => Math.min(length, labelLength)));
  const isFlat = longest * 7 < room;
  const every = Math.ceil(labelWidth / room);
  return {
    splits: labels.map((_, index) => index).filter((index) => index % every === 0),
    values: (_, places) => places.map((place) => cut(labels[place] ?? '')),
    ...(isFlat ? {} : { rotate: -60, size: 20 + longest * 6 }),
  };
}

function cut(label: string): string {
  const characters = Array.from(label);
  return characters.length <= labelLength ? label : `${characters.slice(0, labelLength - 1).join('')}…`;
}

/** The length of a bar only says something when it begins at zero. */
function withZero(low: number | null, high: number | null, kind: PlotData['kind']): [number, number] {
  const [least, most] = [low ?? 0, high ?? 1];
  if (kind === 'bar') return padded(Math.min(0, least), Math.max(0, most));
  return padded(least, most);
}

function padded(least: number, most: number): [number, number] {
  const room = (most - least) * 0.05 || Math.abs(most) * 0.05 || 1;
  return [least === 0 ? 0 : least - room, most === 0 ? 0 : most + room];
}

/** A canvas knows no variables: those of chat.css, as they are in the theme. */
function looksOf(element: HTMLElement): Readonly<Record<'text' | 'grid' | 'mark' | 'font', string>> {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(`--plot-${name}`);
  return { text: colour('text'), grid: colour('lines'), mark: colour('mark'), font: `11px ${style.fontFamily}` };
}
