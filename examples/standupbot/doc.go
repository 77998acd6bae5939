// Command standupbot holds the daily standups of a Zulip organisation.
//
//	go run ./examples/standupbot -demo
//
// plays one day of a team, with nothing to set up. For a real server give the
// bot's zuliprc, which the settings page of the bot offers for download:
//
//	standupbot -zuliprc ~/zuliprc
//
// or set ZULIP_SITE, ZULIP_EMAIL and ZULIP_API_KEY. "standupbot -h" lists all
// settings. What people are asked, when and by whom is configured in the chat:
// subscribe the bot to a channel and write "@**Standup Bot** setup" there.
//
// The program is meant to be read and copied: settings.go reads what it is
// told, bot.go composes the packages of this module, rehearse.go shifts its
// clock, the files demo*.go are the demo.
//
// It ends with status 0 after SIGINT or SIGTERM, 1 when it cannot go on, and 2
// when its settings are wrong.
package main
