package chatops

import "slices"

// commands are all commands, in the order of the help.
func (e *Engine) commands() []command {
	return slices.Concat(
		e.listCommands(), runCommands(), e.taskCommands(), e.watchCommands(), lockCommands(), e.scheduleCommands(),
		e.aliasCommands(), e.roomCommands(), e.infoCommands(), e.personalCommands(),
	)
}
