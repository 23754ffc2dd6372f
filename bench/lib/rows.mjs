/**
 * One line of `docs/benchmarks.json`. `value` is null where it could not be measured; `met` is null where there is no
 * goal or no value.
 */
export function row(name, value, unit, goal = {}) {
  const { atMost, atLeast } = goal;
  const measured = value !== null && Number.isFinite(value);
  const rounded = measured ? Number(value.toPrecision(4)) : null;
  const text = goalText(goal);
  const holds =
    (atMost === undefined || rounded <= atMost) && (atLeast === undefined || rounded >= atLeast);
  return { name, value: rounded, unit, goal: text, met: text !== null && measured ? holds : null };
}

function goalText({ atMost, atLeast }) {
  if (atMost !== undefined) return `<= ${atMost}`;
  return atLeast !== undefined ? `>= ${atLeast}` : null;
}

/** A table in Markdown. */
export function table(head, lines) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, i) => (i === 0 ? '---' : '---:'))),
    ...lines.map(line),
  ].join('\n');
}
