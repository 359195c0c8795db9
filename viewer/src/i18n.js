// Every word of the page, in the language chosen. Texts are put in as text, never as markup.
import strings from "./strings.json";

export const LANGUAGES = Object.keys(strings);
let language = "en";

export function say(key, values = {}) {
  const text = strings[language][key] ?? strings.en[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
export function setLanguage(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "en";
  document.documentElement.lang = language;
  for (const el of document.querySelectorAll("[data-say]")) el.textContent = say(el.dataset.say);
  for (const el of document.querySelectorAll("[data-say-label]")) {
    el.setAttribute("aria-label", say(el.dataset.sayLabel));
    el.title = say(el.dataset.sayLabel);
  }
  for (const el of document.querySelectorAll("[data-say-placeholder]")) el.placeholder = say(el.dataset.sayPlaceholder);
  document.title = say("title");
}
export const currentLanguage = () => language;
