package main

// What the bot asks before it runs something on production, and what it says of
// the two tasks in the end.
const (
	asksProd     = "Run website / deploy-prod?"
	prodTopic    = "deploy-prod #1"
	stagingTopic = "deploy-staging #2"
	prodDone     = "website / deploy-prod"
)

// script is the afternoon, line by line.
func (d *demo) script() []step {
	return []step{
		d.scene("Ada looks around"),
		d.says(d.ada, "!cd templates"),
		d.hears("deploy-prod", "deploy-staging", "smoke-test"),
		d.says(d.ada, "!cd run website deploy-prd"),
		d.hears("deploy-prod"),

		d.scene("Production takes two people"),
		d.says(d.ada, "!cd logs on"),
		d.hears("Logs of tasks"),
		d.says(d.ada, `!cd run website deploy-prod --message "release 1.4"`),
		d.hears(asksProd, "release 1.4", "digest"),
		d.says(d.ada, "looks good to me, one moment"),
		d.says(d.ada, "yes"),
		d.changes(asksProd, "waits for approval"),
		d.hears(asksProd, "one other person must approve", "@Bola"),
		d.says(d.ada, "!cd approve"),
		d.hears("no open request for you"),
		d.reacts(d.bola, asksProd, "thumbs_up"),
		d.changes(asksProd, "Approved by", "Runs as"),
		d.hears(prodDone),

		d.scene("The bot is killed while it runs"),
		d.readsThread(prodTopic, "TASK [stop the queue]"),
		d.kills("The bot is killed. The task goes on: Semaphore runs it, not the bot."),
		d.restarts("The bot is started again, with nothing but its folder."),
		d.changes(prodDone, "has succeeded", "took"),
		d.readsThread(prodTopic, "has succeeded", "TASK [ask /health]", "The whole log"),

		d.scene("Somebody who may do nothing"),
		d.says(d.mallory, "!cd run website deploy-prod"),
		d.hears("I take no commands from you"),
		d.says(d.mallory, "!cd run website deploy-prod --message \"@**all** <b>please</b>\""),
		d.says(d.mallory, "!cd approve"),

		d.scene("A deploy that fails"),
		d.says(d.ada, "!cd logs off"),
		d.hears("Logs of tasks"),
		d.says(d.ada, "!cd run website deploy-staging"),
		d.hears("Run website / deploy-staging?"),
		d.says(d.ada, "yes"),
		d.changes("Run website / deploy-staging?", "Runs as"),
		d.hears("website / deploy-staging"),
		d.changes("deploy-staging", "has failed"),
		d.readsThread(stagingTopic, "has failed", "What failed", "TASK [migrate the database]", "FAILED!", "whole log"),

		d.scene("Bola locks staging until it is mended"),
		d.says(d.bola, `!cd lock website/deploy-staging "broken migration" --for 2h`),
		d.hears("locked", "broken migration"),
		d.says(d.ada, "!cd run website deploy-staging"),
		d.hears("locked", "Bola", "broken migration"),
		d.says(d.ada, "!cd history"),
		d.hears("deploy-prod", "deploy-staging", "success", "error"),
	}
}
