/**
 * Splits a command that is written as one text into words: at blanks, with `'…'` and `"…"` around what belongs together. Nothing else is
 * special: no shell reads it. Throws when a quote is not closed.
 */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (const char of text) {
    if (quote !== '') {
      if (char === quote) quote = ''
      else word = (word ?? '') + char
    } else if (char === '"' || char === "'") {
      quote = char
      word ??= ''
    } else if (/\s/u.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (quote !== '') throw new Error(`the quote ${quote} is not closed`)
  if (word !== undefined) words.push(word)
  return words
}
