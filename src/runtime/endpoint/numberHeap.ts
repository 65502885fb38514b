/** Numbers, of which the smallest comes out first. */
export class NumberHeap {
  private readonly numbers: number[] = [];

  push(number: number): void {
    const { numbers } = this;
    let place = numbers.length;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = numbers[parent] ?? -Infinity;
      if (above <= number) break;
      numbers[place] = above;
      place = parent;
    }
    numbers[place] = number;
  }

  /** @returns undefined when there is none left */
  pop(): number | undefined {
    const { numbers } = this;
    const smallest = numbers[0];
    const last = numbers.pop();
    if (last === undefined || numbers.length === 0) return smallest;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      const child = (numbers[left + 1] ?? Infinity) < (numbers[left] ?? Infinity) ? left + 1 : left;
      const below = numbers[child] ?? Infinity;
      if (below >= last) break;
      numbers[place] = below;
      place = child;
    }
    numbers[place] = last;
    return smallest;
  }
}
