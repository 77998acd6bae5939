package matrixbot

// Fits says whether the text of a message is small enough for one event, so that it is neither split nor made a file,
// and can take the place of another message where Edit is set. It needs no bot.
func (m Message) Fits() bool {
	return sizeOf(m.content(m.nodes(), true)) <= maxContent
}
