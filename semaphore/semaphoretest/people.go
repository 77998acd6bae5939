package semaphoretest

// The roles that a member of a project has on every server. With Gen216, a project may have roles of its own besides.
const (
	RoleOwner      = "owner"       // everything, also changing and deleting the project and its members
	RoleManager    = "manager"     // changing what is in the project, and running tasks
	RoleTaskRunner = "task_runner" // running tasks
	RoleGuest      = "guest"       // looking
)

// A User is an account. AddUser returns it filled in; changing it then has no effect on the server.
type User struct {
	ID       int
	Username string // defaults to "user" and the id
	Name     string // defaults to the username
	Email    string // defaults to the username at semaphore.example
	Password string // defaults to "secret"
	Admin    bool   // may do everything in every project
	Token    string // an API token of the user, made by AddUser
}

// A Member is a user with a role in a project.
type Member struct {
	User *User
	Role string // RoleOwner and so on; empty is RoleOwner
}

// A Project is a project with what templates need. AddProject returns it.
type Project struct {
	ID            int
	Name          string
	KeyID         int // the access key "None", which every project has
	EnvironmentID int // the environment "Empty", which every project has
	RepositoryID  int // the repository "repo"
	InventoryID   int // the static inventory "inv"
}

// A Template is a task template. AddTemplate returns it filled in; changing it then has no effect on the server.
type Template struct {
	ID        int
	ProjectID int
	Name      string // required
	App       string // defaults to "bash"; "ansible", "terraform" and so on
	Playbook  string // defaults to the name and ".sh"
	// Fields are further fields of the API's object, such as "survey_vars" or "allow_override_args_in_task".
	// They win over the fields above.
	Fields map[string]any
	// Script is what the template's tasks do; see also SetScript.
	Script Script
}
