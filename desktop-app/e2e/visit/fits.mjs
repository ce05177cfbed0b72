import { must } from '../report.mjs';

const TARGET_PX = 48;

/** Nothing runs out of the window, all that is pressed is large enough, and nothing that is read is cut off. */
export async function fits(page) {
  const { over, small, cut } = await page.evaluate((least) => {
    const seen = (one) => one.checkVisibility() && one.getBoundingClientRect().height > 1;
    const pressed = [
      ...document.querySelectorAll('button, a, input:not([type=checkbox]), select, summary, .tick'),
    ].filter(seen);
    const told = [...document.querySelectorAll('p, h1, h2, h3, button, li')].filter(seen);
    return {
      over: document.documentElement.scrollWidth - window.innerWidth,
      small: pressed
        .filter((one) => one.getBoundingClientRect().height < least)
        .map((one) => one.outerHTML.slice(0, 80)),
      cut: told
        .filter((one) => !one.classList.contains('unseen') && one.scrollWidth > one.clientWidth + 1)
        .map((one) => one.outerHTML.slice(0, 80)),
    };
  }, TARGET_PX);
  must(over <= 0, `the page is ${over} px too wide`);
  must(small.length === 0, `too small: ${small.join(' ')}`);
  must(cut.length === 0, `cut off: ${cut.join(' ')}`);
}
