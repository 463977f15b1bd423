/** Something that a writer does, in one step or in several between which others do theirs. */
export type Story = Generator<undefined, void>
