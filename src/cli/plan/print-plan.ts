import type { CapacityPlan, PlannedMachine, PlanOptions } from '../../bench/scaling/plan.js';
import type { ScalingParts } from '../../bench/scaling/parts.js';
import { formatBytes, printable, printLine, printTable, type Terminal } from '../output.js';

const COLUMNS = [
  { title: 'Cores', align: 'right' },
  { title: 'Images/s', align: 'right' },
  { title: 'Images a day', align: 'right' },
  { title: 'Memory', align: 'right' },
  { title: 'Bound by' },
] as const;

interface PrintedPlan {
  readonly options: PlanOptions;
  readonly parts: ScalingParts;
}

export function printPlan(terminal: Terminal, plan: CapacityPlan, { options, parts }: PrintedPlan): void {
  const { imagesPerDay, peakHours, headroom, format, networks, precision } = options;
  const { cost, demandedPerSecond, table, checks } = plan;
  const perDay = (perSecond: number): string =>
    Math.floor(perSecond * (1 - headroom) * peakHours * 3600).toLocaleString('en-US');
  const lines = [
    `${imagesPerDay.toLocaleString('en-US')} images a day within ${peakHours} hours: a machine that does ` +
      `${rate(demandedPerSecond)} images/s, of which ${percent(headroom)} are left free`,
    `An image costs ${cost.workerMs.toFixed(1)} ms of a core (${format}, ${networks.join(' and ')}, ${precision}), and ` +
      `${(cost.mainMs + cost.commitMs).toFixed(2)} ms of the main thread, ${cost.mainMs.toFixed(2)} of them computing`,
    '',
    verdict(plan),
    '',
  ];
  for (const line of lines) printLine(terminal, line);
  printTable(
    terminal,
    COLUMNS,
    table.map((machine) => [
      String(machine.cores),
      rate(machine.imagesPerSecond),
      perDay(machine.imagesPerSecond),
      memory(machine),
      machine.limit,
    ]),
  );
  printLine(terminal);
  for (const { cores, predicted, measured } of checks) {
    const off = predicted / measured - 1;
    printLine(
      terminal,
      `Predicted and measured on ${cores === 1 ? '1 core' : `${cores} cores`}: ${rate(predicted)} and ${rate(measured)} images/s (${off >= 0 ? '+' : ''}${percent(off)})`,
    );
  }
  const { computer, measuredAt } = parts;
  printLine(
    terminal,
    `Measured on ${printable(computer.processor)}, ${computer.cores} cores, ${measuredAt.slice(0, 10)}.`,
  );
}

function verdict({ needed, machines, demandedPerSecond, table }: CapacityPlan): string {
  if (needed === undefined) {
    const limit = table.at(-1)?.limit ?? 'cores';
    return `No number of cores does ${rate(demandedPerSecond)} images/s: the ${limit} is the limit. It takes ${machines} machines.`;
  }
  const cores = needed.cores === 1 ? '1 core' : `${needed.cores} cores`;
  const bytes =
    needed.memoryBytes === undefined
      ? ''
      : ` and ${formatBytes(needed.memoryBytes)} of memory for the daemon`;
  return `It needs ${cores}${bytes}: ${rate(needed.imagesPerSecond)} images/s, bound by the ${needed.limit}.`;
}

function memory({ memoryBytes }: PlannedMachine): string {
  return memoryBytes === undefined ? '–' : formatBytes(memoryBytes);
}

function rate(perSecond: number): string {
  return perSecond.toFixed(perSecond >= 100 ? 0 : 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
