import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Patients book at the hub, in two languages: a walk of its own, whose figures are added to those of the schedule. */
export async function asPatient(report) {
  const walk = spawn(process.execPath, ['e2e/patient-books.mjs'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((done) => walk.once('close', done));
  const told = {};
  for await (const line of createInterface({ input: walk.stdout })) {
    const [, name, value] = line.match(/^figure: patient_(\w+) (\d+)/) ?? [];
    if (name) told[name] = Number(value);
    else console.log(line);
  }
  const code = await ended;
  if (told.steps_failed === undefined) {
    report.failed += 1;
    console.log(`FAIL  patients book: the walk ended with ${code} before it had told its figures`);
  }
  report.failed += told.steps_failed ?? 0;
  report.violations += told.axe_violations ?? 0;
}
