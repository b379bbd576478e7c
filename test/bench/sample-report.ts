import { findingsOf, type Measurements } from '../../src/bench/findings.js';
import { BENCH_VERSION, type BenchReport, type Spread } from '../../src/bench/report/schema.js';
import { spreadOf } from '../../src/bench/statistics.js';

/** Three rounds around a value: 5 % below, itself, 5 % above. */
export function around(value: number): Spread {
  return spreadOf([0.95 * value, value, 1.05 * value]);
}

const JPEG_CORES = [1, 2] as const;

/**
 * Possible results of a bench on a machine with two cores: decoding 5 ms, AlexNet 10 ms (int8 3 ms), LeNet-5
 * 0.2 ms.
 */
export function sampleMeasurements(): Measurements {
  const inferenceMs = { alexnet: { fp32: 10, int8: 3 }, lenet5: { fp32: 0.2, int8: 0.2 } };
  const precisions = ['fp32', 'int8'] as const;
  return {
    computer: { processor: 'A processor', cores: 2, memoryBytes: 16 * 2 ** 30 },
    settings: {
      quick: false,
      rounds: 3,
      images: 100,
      generated: true,
      formats: ['jpeg'],
      batch: 16,
      kernels: 'auto',
      decoder: 'auto',
      bytesPerFile: { jpeg: 75_000 },
    },
    decode: JPEG_CORES.flatMap((cores) =>
      (['smearwatch', 'sharp'] as const).map((decoder) => ({
        of: { format: 'jpeg' as const, decoder, cores },
        figures: {
          imagesPerSecond: around((decoder === 'sharp' ? 100 : 200) * cores),
          cpuMsPerImage: around(decoder === 'sharp' ? 10 : 5),
        },
      })),
    ),
    networks: [
      ...(['alexnet', 'lenet5'] as const).flatMap((network) =>
        precisions.flatMap((precision) =>
          JPEG_CORES.map((threads) => ({
            of: { network, precision, engine: 'onnxruntime' as const, threads, batch: 16 },
            figures: {
              imagesPerSecond: around((1000 * threads) / inferenceMs[network][precision]),
              cpuMsPerImage: around(inferenceMs[network][precision]),
            },
          })),
        ),
      ),
      ...(['onnxruntime', 'tfjs-node'] as const).map((engine) => ({
        of: {
          network: 'alexnet-ungrouped' as const,
          precision: 'fp32' as const,
          engine,
          threads: 2,
          batch: 16,
        },
        figures: { imagesPerSecond: around(engine === 'onnxruntime' ? 120 : 80) },
      })),
    ],
    matrixProduct: [{ of: { side: 2048, threads: 2 }, figures: { gigaflops: around(400) } }],
    bandwidth: [{ of: { threads: 1 }, figures: { gigabytesPerSecond: around(10) } }],
    hashing: [{ of: { threads: 2 }, figures: { gigabytesPerSecond: around(3) } }],
    disk: [{ of: { writers: 16 }, figures: { filesPerSecond: around(2000) } }],
    daemon: [1, 2].map((cores) => ({
      of: { format: 'jpeg' as const, models: 'both' as const, precision: 'fp32' as const, cores },
      figures: {
        imagesPerSecond: around(55 * cores),
        steadyPerSecond: around(60 * cores),
        cpuMsPerImage: around(16.5),
        mainCpuMsPerImage: around(1),
        commitMsPerImage: around(0.5),
        ...(cores === 2 && {
          idealPerSecond: around(125),
          hashPerSecond: around(40_000),
          otherCpuMsPerImage: around(0.45),
          decodePerSecond: around(400),
          inferencePerSecond: around(196),
          decodeCpuMsPerImage: around(5),
          hashCpuMsPerImage: around(0.05),
          inferenceCpuMsPerImage: around(10.2),
        }),
        peakBytes: around(1e9),
      },
    })),
    peer: [
      {
        of: { format: 'jpeg', precision: 'fp32' },
        figures: { imagesPerSecond: around(100), smearwatchPerSecond: around(115) },
      },
    ],
    latency: [
      {
        of: { format: 'jpeg', models: 'both', precision: 'fp32' },
        figures: { bareMs: around(20), medianMs: around(25), p99Ms: around(60), worstMs: around(80) },
      },
    ],
    memory: [1, 2].map((workers) => ({
      of: { models: 'both' as const, precision: 'fp32' as const, workers },
      figures: { peakBytes: around(200e6 + workers * 400e6) },
    })),
    backlog: [
      { of: { files: 16 }, figures: { firstResultSeconds: around(1), peakBytes: around(150e6) } },
      {
        of: { files: 100_000 },
        figures: {
          firstResultSeconds: around(2),
          allQueuedSeconds: around(20),
          imagesPerSecond: around(900),
          peakBytes: around(300e6),
          mainBytes: around(200e6),
          rescanCpuSeconds: around(1.5),
        },
      },
    ],
  };
}

export function sampleReport(): BenchReport {
  const measured = sampleMeasurements();
  return {
    benchVersion: BENCH_VERSION,
    startedAt: '2026-11-23T08:00:00.000Z',
    seconds: 2400,
    software: { smearwatch: '0.1.0' },
    ...measured,
    findings: findingsOf(measured),
    notMeasured: [{ what: 'Something', why: 'it is not here' }],
  };
}
