import { ClsyncError } from '../model/error.ts'

/** Words between blanks; `'…'` and `"…"` keep them together. Throws `IMPORT_INVALID` when a quote is not closed. */
export function splitWords(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (const char of text) {
    if (quote === '' && (char === "'" || char === '"')) {
      quote = char
      word ??= ''
    } else if (char === quote) quote = ''
    else if (quote === '' && /\s/u.test(char)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + char
  }
  if (quote !== '')
    throw new ClsyncError('IMPORT_INVALID', { message: `A quote is not closed in: ${text}`, fix: `Add ${quote} where it ends.` })
  return word === undefined ? words : [...words, word]
}
