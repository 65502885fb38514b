import { html, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import UPlot from 'uplot';
import { LightElement } from '../lightElement';

/** What is drawn over one axis. */
export interface ChartSeries {
  readonly label: string;
  readonly values: readonly number[];
}

export interface ChartData {
  /** Numbers, or seconds since 1970 where `time` is set. */
  readonly x: readonly number[];
  /** One series is drawn as bars, several as lines. */
  readonly series: readonly ChartSeries[];
  readonly time: boolean;
  /** Of the axis; that of its values where it is left out. */
  readonly range?: readonly [number, number];
}

const height = 180;
const colours = ['blue', 'green', 'red', 'orange', 'purple', 'yellow', 'foreground'] as const;
const dashes = [[], [6, 3], [2, 3], [8, 3, 2, 3], [1, 2], [12, 4], [4, 1]] as const;

/** A chart in the colours of the theme. It is a picture: the numbers stand in a table beside it. */
@customElement('agentlm-chart')
export class Chart extends LightElement {
  @property({ attribute: false }) data: ChartData | undefined;
  @property() label = '';
  private plot: UPlot | undefined;
  private readonly size = new ResizeObserver(() => this.fit());
  private readonly theme = new MutationObserver(() => this.draw());

  override connectedCallback(): void {
    super.connectedCallback();
    this.size.observe(this);
    this.theme.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.size.disconnect();
    this.theme.disconnect();
    this.plot?.destroy();
    this.plot = undefined;
  }

  protected override render(): TemplateResult {
    return html`<div class="plot" role="img" aria-label=${this.label}></div>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('data')) this.draw();
  }

  private draw(): void {
    const target = this.querySelector<HTMLElement>('.plot');
    if (!this.data || !target) return;
    this.plot?.destroy();
    const { x, series } = this.data;
    const numbers: UPlot.AlignedData = [[...x], ...series.map(({ values }) => [...values])];
    this.plot = new UPlot(optionsOf(this.data, this.width), numbers, target);
  }

  private fit(): void {
    if (this.plot && this.plot.width !== this.width) this.plot.setSize({ width: this.width, height });
  }

  private get width(): number {
    return Math.max(160, this.clientWidth);
  }
}

/** Steps of an axis: nothing is counted in halves. */
const whole = [1, 2, 5]
  .flatMap((first) => [0, 1, 2, 3, 4, 5, 6].map((zeros) => first * 10 ** zeros))
  .sort((a, b) => a - b);

function optionsOf({ series, time, range }: ChartData, width: number): UPlot.Options {
  const style = getComputedStyle(document.body);
  const colour = (name: string, fallback: string): string => style.getPropertyValue(`--vscode-${name}`) || fallback;
  const text = colour('foreground', style.color);
  const grid = { stroke: colour('editorIndentGuide-background1', colour('widget-border', text)), width: 1 };
  const font = `11px ${style.fontFamily}`;
  const axis: UPlot.Axis = { stroke: text, grid, ticks: grid, font };
  const bars = UPlot.paths.bars?.({ size: [0.8, 60] });
  return {
    width,
    height,
    cursor: { show: false },
    legend: { show: series.length > 1 },
    scales: {
      x: { time, ...(range && { range: [...range] }) },
      y: { range: (_, __, most) => [0, Math.max(1, most) * 1.1] },
    },
    axes: [time ? axis : { ...axis, incrs: whole }, { ...axis, incrs: whole }],
    series: [
      {},
      ...series.map(({ label }, index): UPlot.Series => {
        const stroke = colour(`charts-${colours[index % colours.length]}`, text);
        return series.length === 1
          ? { label, stroke, fill: stroke, ...(bars && { paths: bars }), points: { show: false } }
          : { label, stroke, width: 2, dash: [...(dashes[index % dashes.length] ?? [])] };
      }),
    ],
  };
}
