// The link to the cloud is cut while a visit runs at a clinic's own node: nothing of the visit goes through it.
import { execFileSync } from 'node:child_process';
import { must } from '../../report.mjs';
import { Clinic, Staff } from '../clinic.mjs';
import { both, close, pair, pause, received, seen } from '../visitor.mjs';

/** A clinic that runs already, with a link that `holdfast-run` cuts and heals. */
class There extends Clinic {
  async found({ HOLDFAST_URL: url, HOLDFAST_LOGIN: login, HOLDFAST_PIN: pin }) {
    this.url = url;
    this.doctor = await new Staff(this).signIn({ login, pin });
    return this;
  }
}

export async function cloudCut({ report, browser }, seconds) {
  const { env } = process;
  const link = (what) => execFileSync(env.HOLDFAST_RUN, ['--dir', env.HOLDFAST_RUN_DIR, what]);
  const state = async () => (await clinic.doctor.must('GET', '/api/continuity')).link.state;
  const clinic = await new There().found(env);
  const visit = await pair(browser, clinic);
  await both(visit.pages, seen);
  await report.step(`the cloud is cut for ${seconds} s: not one frame is lost by it`, async () => {
    await pause(4_000);
    must((await state()) === 'connected', `the link is ${await state()} before it is cut`);
    const before = await both(visit.pages, received);
    link('cut');
    await pause(seconds * 1_000);
    const stands = await state();
    const after = await both(visit.pages, received);
    link('heal');
    must(stands !== 'connected', 'the link was not cut');
    let lost = 0;
    after.forEach((now, at) => {
      must(now.frames - before[at].frames > seconds * 10, 'pictures stopped');
      lost += now.videoLost - before[at].videoLost + now.dropped - before[at].dropped;
      lost += now.freezes - before[at].freezes;
    });
    console.log(`figure: cloud_cut_frames_lost ${lost} count`);
    must(lost === 0, `${lost} frames were lost`);
  });
  await close(visit, report);
}
