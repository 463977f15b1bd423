/** Whether the value of a field or option with this name must not be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** `text` without passwords in URLs. */
export function withoutSecrets(text: string): string {
  return text.replaceAll(/(:\/\/[^/\s:@]*):[^/\s@]+@/gu, '$1:***@')
}

const SECRET_NAME =
  /secret|passw|passphrase|token|credential|authorization|cookie|(?:api|access|private|session|encryption)[-_]?key|^key$/iu
