import type { Contender } from '../contenders/contender.ts'

/** One measured value, for what is made of several tables. */
export interface Figure {
  readonly case: string
  readonly who: string
  readonly role: Contender['role']
  /** Of the tree or of the burst, in files. */
  readonly size: number
  readonly what: string
  /** NaN: it never came to an end. */
  readonly value: number
}

/** Makes figures of one contender in one case. */
export function figure(
  name: string,
  { name: who, role }: Pick<Contender, 'name' | 'role'>,
  size: number,
): (what: string, value: number) => Figure {
  return (what, value) => ({ case: name, who, role, size, what, value })
}
