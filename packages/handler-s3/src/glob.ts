/** Whether a path fits one of the globs: `*`, `?`, `**`, `[a-z]`, `{a,b}`. One without a slash is tried on the name alone. */
export function matcher(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map((glob) => ({
    isOfName: !glob.includes('/'),
    regExp: new RegExp(`^(?:${translate(glob.replace(/^\//, ''))})$`, 'su'),
  }))
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return patterns.some(({ isOfName, regExp }) => regExp.test(isOfName ? name : path))
  }
}

function translate(glob: string): string {
  let out = ''
  let braces = 0
  for (let at = 0; at < glob.length; at++) {
    const char = glob.charAt(at)
    if (char === '*' && glob.startsWith('**/', at)) {
      out += '(?:.*/)?'
      at += 2
    } else if (char === '*' && glob.startsWith('**', at)) {
      out += '.*'
      at += 1
    } else if (char === '*') out += '[^/]*'
    else if (char === '?') out += '[^/]'
    else if (char === '[') {
      const set = /^\[([!^]?)([^\]]+)\]/su.exec(glob.slice(at))
      out += set === null ? '\\[' : `[${set[1] === '' ? '' : '^'}${(set[2] ?? '').replace(/[\\[\]^&|~]/gu, '\\$&')}]`
      at += set === null ? 0 : set[0].length - 1
    } else if (char === '{' && glob.includes('}', at)) {
      out += '(?:'
      braces++
    } else if (char === '}' && braces > 0) {
      out += ')'
      braces--
    } else if (char === ',' && braces > 0) out += '|'
    else out += char.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&')
  }
  return out
}
