import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { alexnet } from '/work/main/src/model/networks/alexnet.js';
import { lenet5 } from '/work/main/src/model/networks/lenet5.js';
import { exportOnnx } from '/work/main/src/model/onnx/export-onnx.js';
import { parseOnnxWeights } from '/work/main/src/model/onnx/read-onnx.js';
import { randomWeights, randomPixels } from '/work/main/test/model/onnx/random-weights.js';
import { loadEngine } from '/work/main/src/model/engines/load-engine.js';
const meta = (n) => ({ classes: Array.from({length:n},(_, i)=>'c'+i), software: 'smearwatch 0.1.0' });
test('x', async () => {
  const variants = { l: lenet5(), a: alexnet(), ag1: alexnet({groups:1}), alrn: alexnet({lrn:true}), a1000: alexnet({headUnits:1000}), l10: lenet5({headUnits:10, classes: 4}) };
  const engine = await loadEngine('onnxruntime');
  console.log(engine.capabilities);
  for (const [k, net] of Object.entries(variants)) {
    const w = randomWeights(net);
    let t = performance.now();
    const bytes = exportOnnx(net, w, meta(net.classes));
    const te = performance.now() - t; t = performance.now();
    const back = parseOnnxWeights(bytes, net);
    const tr = performance.now() - t;
    let same = true; for (const [n, v] of w) if (Buffer.compare(Buffer.from(v.buffer), Buffer.from(back.get(n)!.buffer))!==0) same = false;
    writeFileSync(`/tmp/ob/our-${k}.onnx`, bytes);
    const s = await engine.open(`/tmp/ob/our-${k}.onnx`, net.classes, { threads: 1 });
    const p = await s.run(randomPixels(2), 2);
    console.log(k, bytes.length, 'export', te|0, 'read', tr|0, same, p, process.memoryUsage().rss/1e6|0);
    await s.close();
  }
}, 300000);
