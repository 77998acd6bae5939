package semaphore

// The numbers that the server gives to its objects. 0 stands for none.
// They do not tell an age: on one of the server's databases the ids of tasks count down.
type (
	// UserID is the number of a user.
	UserID int64
	// ProjectID is the number of a project.
	ProjectID int64
	// TemplateID is the number of a task template.
	TemplateID int64
	// TaskID is the number of a task, which is one run of a template.
	TaskID int64
	// StageID is the number of a stage of a task.
	StageID int64
	// KeyID is the number of an access key.
	KeyID int64
	// RepositoryID is the number of a repository.
	RepositoryID int64
	// InventoryID is the number of an inventory.
	InventoryID int64
	// EnvironmentID is the number of an environment (a variable group).
	EnvironmentID int64
	// SecretID is the number of a secret within an environment.
	SecretID int64
	// ViewID is the number of a view, a tab over the list of templates.
	ViewID int64
	// ScheduleID is the number of a schedule.
	ScheduleID int64
	// IntegrationID is the number of an integration, an incoming webhook.
	IntegrationID int64
	// MatcherID is the number of a matcher of an integration.
	MatcherID int64
	// ExtractValueID is the number of a value that an integration extracts.
	ExtractValueID int64
	// AliasID is the number of an alias, the public address of an integration.
	AliasID int64
	// RunnerID is the number of a runner.
	RunnerID int64
	// TOTPID is the number of a user's second factor.
	TOTPID int64
	// InviteID is the number of an invitation to a project.
	InviteID int64
	// SecretStorageID is the number of a secret storage.
	SecretStorageID int64
	// WorkflowID is the number of a workflow.
	WorkflowID int64
	// WorkflowNodeID is the number of a node of a workflow.
	WorkflowNodeID int64
	// WorkflowEdgeID is the number of an edge of a workflow.
	WorkflowEdgeID int64
	// WorkflowRunID is the number of one run of a workflow.
	WorkflowRunID int64
)

// AppID names a program that templates run, as "ansible".
type AppID string

// The apps that the server knows by itself; an administrator can add others.
const (
	AppAnsible    AppID = "ansible"
	AppTerraform  AppID = "terraform"
	AppTofu       AppID = "tofu"
	AppTerragrunt AppID = "terragrunt" // 2.16 and later
	AppBash       AppID = "bash"
	AppPowerShell AppID = "powershell"
	AppPython     AppID = "python"
	AppPulumi     AppID = "pulumi"
)
