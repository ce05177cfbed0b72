// Judges the resources of a file, one a line: prints a JSON array of {at, says} for each, empty if it finds no error.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Fhir } from 'fhir/fhir.js';

const fhir = new Fhir();

function errors(text) {
  try {
    const { messages } = fhir.validate(JSON.parse(text), { errorOnUnexpected: true });
    const found = messages.filter((one) => one.severity === 'fatal' || one.severity === 'error');
    return found.map((one) => ({ at: one.location ?? '', says: one.message }));
  } catch (error) {
    return [{ at: '', says: `it fails: ${error.message}` }];
  }
}

for await (const line of createInterface({ input: createReadStream(process.argv[2]) })) {
  console.log(JSON.stringify(errors(line)));
}
