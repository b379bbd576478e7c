import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { alexnet } from '/work/main/src/model/networks/alexnet.js';
import { exportOnnx } from '/work/main/src/model/onnx/export-onnx.js';
import { parseOnnxWeights } from '/work/main/src/model/onnx/read-onnx.js';
import { compactWeights } from '/work/main/src/model/onnx/compact.js';
import { packModel, unpackModel } from '/work/main/src/model/onnx/pack.js';
import { randomWeights, randomPixels } from '/work/main/test/model/onnx/random-weights.js';
const meta = (n) => ({ classes: Array.from({length:n},(_, i)=>'c'+i), software: 'smearwatch 0.1.0' });
const T = (l, f) => { const t = performance.now(); const r = f(); console.log(l, (performance.now()-t)|0, 'ms', process.memoryUsage().rss/1e6|0, 'MB'); return r; };
test('x', async () => {
  const net = alexnet(); const w0 = randomWeights(net);
  // gaussian-ish: sum of 3
  const b = randomWeights(net, 5), c = randomWeights(net, 9);
  for (const [k, v] of w0) { const x=b.get(k)!, y=c.get(k)!; for (let i=0;i<v.length;i++) v[i] += x[i]+y[i]; }
  for (const keep of [{}, {fc6:.1, fc7:.1}, {fc6:.2,fc7:.2}]) {
    const w = T('compact', () => compactWeights(net, w0, { keep }));
    const bytes = T('export', () => exportOnnx(net, w, meta(3)));
    const p = T('pack', () => packModel(bytes));
    const u = T('unpack', () => unpackModel(p));
    console.log(JSON.stringify(keep), p.length/1e6, Buffer.compare(u, bytes), Buffer.from(p.buffer, p.byteOffset+8, 1500).toString().replace(/\u0000.*/s,'').slice(-420));
  }
}, 600000);
