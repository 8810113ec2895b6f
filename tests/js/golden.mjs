// Messages that tests/js/test_scripts.py has taken from the lab's own Python, by name: both sides are held to one another.
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const file = process.env.LAB_GOLDEN_MESSAGES;
const messages = file ? JSON.parse(readFileSync(file, 'utf-8')) : {};

export function golden(name, tests) {
  if (name in messages) tests(messages[name]);
  else test(`golden messages: ${name}`, { skip: 'pytest tests/js brings them' }, () => {});
}
