// Finds what is on the screen as a person does: by the words on it.
const isSeen = (one) => one.checkVisibility({ visibilityProperty: true }) && !one.closest('[inert]');
const wordsOf = (one) => (one.getAttribute('aria-label') ?? one.textContent ?? '').replace(/\s+/g, ' ').trim();
const named = (all, name) => {
  const seen = [...all].filter(isSeen);
  const by = (fits) => seen.find((one) => fits(wordsOf(one)));
  return by((words) => words === name) ?? by((words) => words.startsWith(name)) ?? by((words) => words.includes(name));
};
const field = (name) =>
  named(document.querySelectorAll('label'), name)?.control ??
  named(document.querySelectorAll('input[aria-label], select[aria-label], textarea[aria-label]'), name);
const press = (kind, name) => named(document.querySelectorAll(kind), name);
const says = (text) => document.body.innerText.replace(/\s+/g, ' ').includes(text);
// As a person scrolls to what is used next; the driver does so in the page, and not within a part of it.
const reach = (one) => {
  one?.scrollIntoView({ block: 'center' });
  return one;
};
